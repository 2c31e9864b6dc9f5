/* Tiles column by column, as runs of pixels of one colour, and the colours' numbers. */

#include "kernel.h"

#define SPREAD 2654435761u /* as in palette.py */
#define SLOT_BITS 17

typedef struct {
    uint32_t *colours;
    int64_t *lengths;
    Py_ssize_t count;
} Runs;

static void add_tile(const Plane *canvas, int64_t position, Runs *runs) {
    char *tile = tile_at(canvas, position);
    Py_ssize_t last = runs->count - 1;
    for (Py_ssize_t x = 0; x < TILE_COLUMNS; x++) {
        for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
            uint32_t colour = row_of_tile(tile, canvas->stride, y)[x];
            if (last < 0 || runs->colours[last] != colour) {
                last++;
                runs->colours[last] = colour;
                runs->lengths[last] = 0;
            }
            runs->lengths[last]++;
        }
    }
    runs->count = last + 1;
}

/* find_runs(canvas, positions, colours, lengths): the runs of tiles one after the other, column by column; how many. */
PyObject *kernel_find_runs(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array, *positions_array, *colours_array, *lengths_array;
    Plane canvas = {0};
    Row positions = {0}, colours = {0}, lengths = {0};
    Runs runs = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO", &canvas_array, &positions_array, &colours_array, &lengths_array)) {
        return NULL;
    }
    is_sound = open_tiles(canvas_array, FOR_READING, &canvas, positions_array, &positions) &&
               open_row(colours_array, sizeof(uint32_t), FOR_WRITING, &colours) &&
               open_row(lengths_array, sizeof(int64_t), FOR_WRITING, &lengths) &&
               holds(colours.count / (TILE_ROWS * TILE_COLUMNS) >= positions.count && lengths.count >= colours.count,
                     "there is no room for a run at every pixel");
    if (is_sound) {
        runs.colours = (uint32_t *)(void *)colours.start;
        runs.lengths = numbers_of(&lengths);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < positions.count; i++) {
            add_tile(&canvas, numbers_of(&positions)[i], &runs);
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    close_row(&positions);
    close_row(&colours);
    close_row(&lengths);
    return is_sound ? PyLong_FromSsize_t(runs.count) : NULL;
}

/* find_colours(colours, colour_in, number_in, numbers, missing): the number of each colour by a table of slots; how
 * many are missing because their slot holds another, and which. */
PyObject *kernel_find_colours(PyObject *module, PyObject *arguments) {
    PyObject *colours_array, *colour_in_array, *number_in_array, *numbers_array, *missing_array;
    Row colours = {0}, colour_in = {0}, number_in = {0}, numbers = {0}, missing = {0};
    Py_ssize_t count = 0;
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOOO", &colours_array, &colour_in_array, &number_in_array, &numbers_array,
                          &missing_array)) {
        return NULL;
    }
    is_sound = open_row(colours_array, sizeof(uint32_t), FOR_READING, &colours) &&
               open_row(colour_in_array, sizeof(uint32_t), FOR_READING, &colour_in) &&
               open_row(number_in_array, sizeof(uint16_t), FOR_READING, &number_in) &&
               open_row(numbers_array, sizeof(uint16_t), FOR_WRITING, &numbers) &&
               open_row(missing_array, 1, FOR_WRITING, &missing) &&
               holds(colour_in.count == (Py_ssize_t)1 << SLOT_BITS && number_in.count == colour_in.count,
                     "a table of colours has the wrong size") &&
               holds(numbers.count == colours.count && missing.count == colours.count,
                     "there is not one number for each colour");
    if (is_sound) {
        const uint32_t *known = (const uint32_t *)(const void *)colour_in.start;
        const uint16_t *number = (const uint16_t *)(const void *)number_in.start;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < colours.count; i++) {
            uint32_t colour = ((const uint32_t *)(const void *)colours.start)[i];
            uint32_t slot = (uint32_t)(colour * SPREAD) >> (32 - SLOT_BITS);
            ((uint16_t *)(void *)numbers.start)[i] = number[slot];
            missing.start[i] = (char)(known[slot] != colour);
            count += known[slot] != colour;
        }
        Py_END_ALLOW_THREADS
    }
    close_row(&colours);
    close_row(&colour_in);
    close_row(&number_in);
    close_row(&numbers);
    close_row(&missing);
    return is_sound ? PyLong_FromSsize_t(count) : NULL;
}
