/* What tiles are made of: how many colours, how often they change. */

#include "kernel.h"

#define SAMPLED_FROM 2 /* of a tile's rows: four of sixteen tell enough */
#define SAMPLED_EVERY 4
#define SAMPLED_PX (TILE_ROWS / SAMPLED_EVERY * TILE_COLUMNS)
#define SLOT_BITS 9 /* twice as many slots as there may be colours */
#define SLOTS (1u << SLOT_BITS)
#define SPREAD 2654435761u
#define NO_COLOUR 0xFFFFFFFFu /* its fourth byte is not 0, as that of every colour is */

/* How often the colour changes along the rows that are sampled, one after the other. */
static int64_t steps_in(const uint32_t *sample) {
    uint32_t steps = 0;
    for (Py_ssize_t i = 1; i < SAMPLED_PX; i++) {
        steps += sample[i] != sample[i - 1];
    }
    return steps;
}

static int64_t colours_in(const uint32_t *sample) {
    uint32_t slots[SLOTS];
    int64_t colours = 0;
    memset(slots, 0xFF, sizeof slots);
    for (Py_ssize_t i = 0; i < SAMPLED_PX; i++) {
        uint32_t slot = sample[i] * SPREAD >> (32 - SLOT_BITS);
        while (slots[slot] != NO_COLOUR && slots[slot] != sample[i]) {
            slot = (slot + 1) % SLOTS;
        }
        colours += slots[slot] == NO_COLOUR;
        slots[slot] = sample[i];
    }
    return colours;
}

static uint8_t green_step(const uint32_t *pixel) {
    return (uint8_t)((pixel[1] >> 8) - (pixel[0] >> 8));
}

/* In how many places the step of green along a row is another in the row below, of every fourth row: few in a gradient. */
static int64_t bends_in(const Plane *canvas, int64_t position) {
    char *tile = tile_at(canvas, position);
    int64_t bends = 0;
    for (Py_ssize_t y = 1; y + 1 < TILE_ROWS; y += 4) {
        const uint32_t *row = row_of_tile(tile, canvas->stride, y);
        const uint32_t *below = row_of_tile(tile, canvas->stride, y + 1);
        for (Py_ssize_t x = 0; x + 1 < TILE_COLUMNS; x++) {
            bends += green_step(row + x) != green_step(below + x);
        }
    }
    return bends;
}

/* The numbers of each tile that are asked for. */
typedef struct {
    Row steps, colours, bends;
} Counts;

static void count_in(const Plane *canvas, int64_t position, int64_t most_steps, Py_ssize_t i, Counts *counts) {
    char *tile = tile_at(canvas, position);
    uint32_t sample[SAMPLED_PX];
    for (Py_ssize_t y = SAMPLED_FROM, row = 0; y < TILE_ROWS; y += SAMPLED_EVERY, row++) {
        memcpy(sample + row * TILE_COLUMNS, row_of_tile(tile, canvas->stride, y), TILE_COLUMNS * sizeof(uint32_t));
    }
    numbers_of(&counts->steps)[i] = steps_in(sample);
    numbers_of(&counts->colours)[i] = numbers_of(&counts->bends)[i] = 0;
    if (numbers_of(&counts->steps)[i] > most_steps) { /* else it has no more colours either */
        numbers_of(&counts->colours)[i] = colours_in(sample);
        numbers_of(&counts->bends)[i] = bends_in(canvas, position);
    }
}

/* count_variety(canvas, positions, most_steps, steps, colours, bends): how often the colour changes in a sample of each
 * tile; and if that is more often than so, how many colours the sample has, and how often green bends in the tile. */
PyObject *kernel_count_variety(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array, *positions_array, *steps, *colours, *bends;
    Py_ssize_t most_steps;
    Plane canvas = {0};
    Row positions = {0};
    Counts counts = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOnOOO", &canvas_array, &positions_array, &most_steps, &steps, &colours,
                          &bends)) {
        return NULL;
    }
    is_sound = open_tiles(canvas_array, FOR_READING, &canvas, positions_array, &positions) &&
               open_row(steps, sizeof(int64_t), FOR_WRITING, &counts.steps) &&
               open_row(colours, sizeof(int64_t), FOR_WRITING, &counts.colours) &&
               open_row(bends, sizeof(int64_t), FOR_WRITING, &counts.bends) &&
               holds(counts.steps.count == positions.count && counts.colours.count == positions.count &&
                         counts.bends.count == positions.count,
                     "there is not one number for each tile");
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < positions.count; i++) {
            count_in(&canvas, numbers_of(&positions)[i], most_steps, i, &counts);
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    close_row(&positions);
    close_row(&counts.steps);
    close_row(&counts.colours);
    close_row(&counts.bends);
    return none_if(is_sound);
}
