/* Runs: of pixels of one colour, with the colours' numbers; and of tiles that follow each other. */

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
               holds(colours.count / TILE_PIXELS >= positions.count && lengths.count >= colours.count,
                     "there is no room for a run at every pixel");
    if (is_sound) {
        runs.colours = colours_of(&colours);
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
        const uint32_t *known = colours_of(&colour_in);
        const uint16_t *number = (const uint16_t *)(const void *)number_in.start;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < colours.count; i++) {
            uint32_t colour = colours_of(&colours)[i];
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

#define MOST_BYTES_A_NUMBER 10 /* of LEB128 */
#define NUMBERS_A_RUN 3

/* Tiles that follow each other, with ids that go up by `step` (0 or 1). */
typedef struct {
    int64_t position, length, id, step;
} TileRun;

static uint8_t *put_number(uint8_t *out, uint64_t number) {
    while (number > 0x7F) {
        *out++ = (uint8_t)((number & 0x7F) | 0x80);
        number >>= 7;
    }
    *out++ = (uint8_t)number;
    return out;
}

static uint64_t zigzag(int64_t number) {
    return number >= 0 ? (uint64_t)number * 2 : (uint64_t) - (number + 1) * 2 + 1;
}

/* Whether a run takes this tile in; its second one says whether ids go up. */
static int takes(TileRun *run, int64_t position, int64_t id) {
    if (run->length == 0 || position != run->position + run->length) {
        return 0;
    }
    if (run->length == 1 && (id == run->id || id == run->id + 1)) {
        run->step = id - run->id;
    } else if (run->length == 1 || id != run->id + run->length * run->step) {
        return 0;
    }
    run->length++;
    return 1;
}

typedef struct {
    uint8_t *out;
    int64_t runs, position, id; /* where the next run is told from */
} TileRuns;

static void put_run(TileRuns *done, const TileRun *run) {
    if (run->length > 0) {
        done->out = put_number(done->out, (uint64_t)(run->position - done->position));
        done->out = put_number(done->out, (uint64_t)(run->length * 2 + run->step));
        done->out = put_number(done->out, zigzag(run->id - done->id));
        done->position = run->position + run->length;
        done->id = run->id + (run->step ? run->length : 1);
        done->runs++;
    }
}

static int go_up(const Row *positions, const Row *ids) {
    int64_t last = -1, wrong = 0;
    for (Py_ssize_t i = 0; i < positions->count; i++) {
        int64_t position = numbers_of(positions)[i], id = numbers_of(ids)[i];
        wrong |= position <= last || position > INT32_MAX || id < 0 || id > INT64_MAX / 4;
        last = position;
    }
    return !wrong;
}

/* pack_tiles(positions, ids, out): runs of tiles that follow each other, as wire.py describes them: how many runs, and
 * how many bytes they take. */
PyObject *kernel_pack_tiles(PyObject *module, PyObject *arguments) {
    PyObject *positions_array, *ids_array, *out_array;
    Row positions = {0}, ids = {0}, out = {0};
    TileRuns done = {0};
    TileRun run = {0};
    int is_sound;
    Py_ssize_t size = 0;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOO", &positions_array, &ids_array, &out_array)) {
        return NULL;
    }
    is_sound = open_row(positions_array, sizeof(int64_t), FOR_READING, &positions) &&
               open_row(ids_array, sizeof(int64_t), FOR_READING, &ids) && open_row(out_array, 1, FOR_WRITING, &out) &&
               holds(ids.count == positions.count, "there is not one id for each tile") &&
               holds(out.count / (NUMBERS_A_RUN * MOST_BYTES_A_NUMBER) >= positions.count,
                     "there is no room for a run for each tile") &&
               holds(go_up(&positions, &ids), "positions do not go up, or an id is out of bounds");
    if (is_sound) {
        done.out = (uint8_t *)out.start;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < positions.count; i++) {
            int64_t position = numbers_of(&positions)[i], id = numbers_of(&ids)[i];
            if (!takes(&run, position, id)) {
                put_run(&done, &run);
                run = (TileRun){position, 1, id, 1};
            }
        }
        put_run(&done, &run);
        Py_END_ALLOW_THREADS
        size = done.out - (uint8_t *)out.start;
    }
    close_row(&positions);
    close_row(&ids);
    close_row(&out);
    return is_sound ? Py_BuildValue("Ln", (long long)done.runs, size) : NULL;
}
