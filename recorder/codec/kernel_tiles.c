/* Tiles where they stand in a picture: hashed, compared, taken out, without being put side by side first. */

#include "kernel.h"

#define ROW_BYTES (TILE_COLUMNS * sizeof(uint32_t))
#define WORDS_A_ROW (TILE_COLUMNS / 2)
#define WORDS_A_TILE (TILE_ROWS * WORDS_A_ROW)

static int fits(const Row *row, const Row *positions) {
    return holds(row->count == positions->count, "there is not one number for each tile");
}

static uint64_t hash_of(const Plane *canvas, int64_t position, const uint64_t *weights) {
    char *tile = tile_at(canvas, position);
    uint64_t sum = 0;
    for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
        uint64_t words[WORDS_A_ROW];
        memcpy(words, row_of_tile(tile, canvas->stride, y), ROW_BYTES);
        for (Py_ssize_t i = 0; i < WORDS_A_ROW; i++) {
            sum += words[i] * weights[y * WORDS_A_ROW + i];
        }
    }
    return sum;
}

/* hash_tiles(canvas, positions, weights, hashes): a number for each tile, the same for equal tiles. */
PyObject *kernel_hash_tiles(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array, *positions_array, *weights_array, *hashes_array;
    Plane canvas = {0};
    Row positions = {0}, weights = {0}, hashes = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO", &canvas_array, &positions_array, &weights_array, &hashes_array)) {
        return NULL;
    }
    is_sound = open_tiles(canvas_array, FOR_READING, &canvas, positions_array, &positions) &&
               open_row(weights_array, sizeof(uint64_t), FOR_READING, &weights) &&
               open_row(hashes_array, sizeof(uint64_t), FOR_WRITING, &hashes) && fits(&hashes, &positions) &&
               holds(weights.count == WORDS_A_TILE, "there is not one weight for each word of a tile");
    if (is_sound) {
        const uint64_t *each = hashes_of(&weights);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < positions.count; i++) {
            hashes_of(&hashes)[i] = hash_of(&canvas, numbers_of(&positions)[i], each);
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    close_row(&positions);
    close_row(&weights);
    close_row(&hashes);
    return none_if(is_sound);
}

/* Tiles of a picture, and for each a slot of a store of tiles (-1: none). */
typedef struct {
    Plane canvas, store;
    Row positions, slots;
} Stored;

static int open_stored(PyObject *canvas, PyObject *positions, PyObject *store, PyObject *slots, Access to_store,
                       Stored *stored) {
    int outside = 0;
    if (!open_tiles(canvas, FOR_READING, &stored->canvas, positions, &stored->positions) ||
        !open_plane(store, sizeof(uint32_t), to_store, &stored->store) ||
        !open_row(slots, sizeof(int64_t), FOR_READING, &stored->slots) ||
        !fits(&stored->slots, &stored->positions) ||
        !holds(stored->store.columns == TILE_PIXELS, "a store holds something else than tiles")) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < stored->slots.count; i++) {
        int64_t slot = numbers_of(&stored->slots)[i];
        outside |= slot < -1 || slot >= stored->store.rows;
    }
    return holds(!outside, "there is no such slot");
}

static void close_stored(Stored *stored) {
    close_plane(&stored->canvas);
    close_plane(&stored->store);
    close_row(&stored->positions);
    close_row(&stored->slots);
}

static int is_same(const Stored *stored, int64_t position, int64_t slot) {
    const char *known = (const char *)pixels_at(&stored->store, (Py_ssize_t)slot, 0);
    char *tile = tile_at(&stored->canvas, position);
    for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
        if (memcmp(row_of_tile(tile, stored->canvas.stride, y), known + (size_t)y * ROW_BYTES, ROW_BYTES) != 0) {
            return 0;
        }
    }
    return 1;
}

/* same_tiles(canvas, positions, store, slots, same): which tiles are what their slot holds. */
PyObject *kernel_same_tiles(PyObject *module, PyObject *arguments) {
    PyObject *canvas, *positions, *store, *slots, *same_array;
    Stored stored = {0};
    Row same = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOOO", &canvas, &positions, &store, &slots, &same_array)) {
        return NULL;
    }
    is_sound = open_stored(canvas, positions, store, slots, FOR_READING, &stored) &&
               open_row(same_array, 1, FOR_WRITING, &same) && fits(&same, &stored.positions);
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < same.count; i++) {
            int64_t slot = numbers_of(&stored.slots)[i];
            same.start[i] = (char)(slot >= 0 && is_same(&stored, numbers_of(&stored.positions)[i], slot));
        }
        Py_END_ALLOW_THREADS
    }
    close_stored(&stored);
    close_row(&same);
    return none_if(is_sound);
}

/* equal_tiles(canvas, positions, others, same): which tiles are equal to the other given with each. */
PyObject *kernel_equal_tiles(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array, *positions_array, *others_array, *same_array;
    Plane canvas = {0}, again = {0};
    Row positions = {0}, others = {0}, same = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO", &canvas_array, &positions_array, &others_array, &same_array)) {
        return NULL;
    }
    is_sound = open_tiles(canvas_array, FOR_READING, &canvas, positions_array, &positions) &&
               open_tiles(canvas_array, FOR_READING, &again, others_array, &others) &&
               open_row(same_array, 1, FOR_WRITING, &same) && fits(&others, &positions) && fits(&same, &positions);
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < same.count; i++) {
            char *one = tile_at(&canvas, numbers_of(&positions)[i]), *other = tile_at(&canvas, numbers_of(&others)[i]);
            int differs = 0;
            for (Py_ssize_t y = 0; y < TILE_ROWS && !differs; y++) {
                differs = memcmp(one + y * canvas.stride, other + y * canvas.stride, ROW_BYTES) != 0;
            }
            same.start[i] = (char)!differs;
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    close_plane(&again);
    close_row(&positions);
    close_row(&others);
    close_row(&same);
    return none_if(is_sound);
}

static void copy_out(const Plane *canvas, int64_t position, uint32_t *to) {
    char *tile = tile_at(canvas, position);
    for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
        memcpy(to + y * TILE_COLUMNS, row_of_tile(tile, canvas->stride, y), ROW_BYTES);
    }
}

/* store_tiles(canvas, positions, store, slots): copy tiles into their slots. */
PyObject *kernel_store_tiles(PyObject *module, PyObject *arguments) {
    PyObject *canvas, *positions, *store, *slots;
    Stored stored = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO", &canvas, &positions, &store, &slots)) {
        return NULL;
    }
    is_sound = open_stored(canvas, positions, store, slots, FOR_WRITING, &stored);
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < stored.slots.count; i++) {
            int64_t slot = numbers_of(&stored.slots)[i];
            if (slot >= 0) {
                copy_out(&stored.canvas, numbers_of(&stored.positions)[i],
                         pixels_at(&stored.store, (Py_ssize_t)slot, 0));
            }
        }
        Py_END_ALLOW_THREADS
    }
    close_stored(&stored);
    return none_if(is_sound);
}

/* take_tiles(canvas, positions, tiles): copy tiles out, one after the other. */
PyObject *kernel_take_tiles(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array, *positions_array, *tiles_array;
    Plane canvas = {0}, tiles = {0};
    Row positions = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOO", &canvas_array, &positions_array, &tiles_array)) {
        return NULL;
    }
    is_sound = open_tiles(canvas_array, FOR_READING, &canvas, positions_array, &positions) &&
               open_plane(tiles_array, sizeof(uint32_t), FOR_WRITING, &tiles) &&
               holds(tiles.rows == positions.count && tiles.columns == TILE_PIXELS,
                     "there is no room for these tiles");
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < positions.count; i++) {
            copy_out(&canvas, numbers_of(&positions)[i], pixels_at(&tiles, i, 0));
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    close_plane(&tiles);
    close_row(&positions);
    return none_if(is_sound);
}

static void stamp(const Plane *canvas, int64_t position, uint32_t first) {
    char *tile = tile_at(canvas, position);
    for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
        uint32_t *row = row_of_tile(tile, canvas->stride, y);
        for (uint32_t x = 0; x < TILE_COLUMNS; x++) {
            row[x] = first + (uint32_t)y * TILE_COLUMNS + x;
        }
    }
}

/* stamp_tiles(canvas, positions, firsts): fill each tile with numbers that go up by one from its first. */
PyObject *kernel_stamp_tiles(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array, *positions_array, *firsts_array;
    Plane canvas = {0};
    Row positions = {0}, firsts = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOO", &canvas_array, &positions_array, &firsts_array)) {
        return NULL;
    }
    is_sound = open_tiles(canvas_array, FOR_WRITING, &canvas, positions_array, &positions) &&
               open_row(firsts_array, sizeof(uint32_t), FOR_READING, &firsts) && fits(&firsts, &positions);
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < positions.count; i++) {
            stamp(&canvas, numbers_of(&positions)[i], colours_of(&firsts)[i]);
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    close_row(&positions);
    close_row(&firsts);
    return none_if(is_sound);
}
