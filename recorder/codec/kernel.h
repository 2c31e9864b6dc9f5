/* What the parts of the kernel share: how arrays are handed over, and the checks before anything of them is touched.
 *
 * The kernel does what NumPy does too (numpy_kernel.py), in one pass over memory instead of one for every step. It sees
 * only arrays of the recorder's own; bytes of a recording that somebody hands us come to kernel_sheets.c alone. Every
 * function checks, before it takes a pointer from a buffer, that all it will reach lies inside; then it gives the
 * interpreter back to others for the loop.
 *
 * Only `press` makes other bytes than its stand-in, liblzma: a stream in which the same is read.
 *
 * A new function: write it in one of kernel_*.c, list it in the table of kernel.c and in _kernel.pyi, give numpy_kernel.py
 * and the protocol in fused.py the same one, raise VERSION in kernel.c and fused.py, and add it to
 * tests/unit/recorder/test_codec_kernel.py, which compares both on whatever hypothesis thinks of; then `make sanitize`.
 */

#ifndef TACHIAI_KERNEL_H
#define TACHIAI_KERNEL_H

#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030B0000 /* 3.11, the first with buffers: one file for it and every later Python */
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define TILE_ROWS 16
#define TILE_COLUMNS 64
#define TILE_PIXELS (TILE_ROWS * TILE_COLUMNS)
#define COLOUR_MASK 0x00FFFFFFu /* the fourth byte of BGRX is whatever X left there */
#define RIGHT 255               /* of a mask: this pixel is right; 0: it is wrong */

/* A picture: rows of items that stand side by side; rows may be apart, as those of a part of a picture are. */
typedef struct {
    Py_buffer view;
    char *start;
    Py_ssize_t rows, columns, stride; /* stride in bytes */
} Plane;

/* Items that stand side by side. */
typedef struct {
    Py_buffer view;
    char *start;
    Py_ssize_t count;
} Row;

typedef enum { FOR_READING, FOR_WRITING } Access;

/* Open an array of items of this size; 0 and an exception if it is of any other form. To be closed in any case: what
 * was not opened has to be all zeros then. */
int open_plane(PyObject *array, Py_ssize_t item_bytes, Access access, Plane *plane);
int open_row(PyObject *array, Py_ssize_t item_bytes, Access access, Row *row);
void close_plane(Plane *plane);
void close_row(Row *row);

/* Raise ValueError with this sentence unless it holds; gives what it was given. */
int holds(int condition, const char *otherwise);

/* Whether an area lies inside of this many rows and columns, computed without overflowing. */
int is_inside(Py_ssize_t top, Py_ssize_t left, Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t all_rows,
              Py_ssize_t all_columns);

static inline uint32_t *pixels_at(const Plane *plane, Py_ssize_t row, Py_ssize_t column) {
    return (uint32_t *)(void *)(plane->start + row * plane->stride) + column;
}

static inline uint8_t *bytes_at(const Plane *plane, Py_ssize_t row, Py_ssize_t column) {
    return (uint8_t *)(plane->start + row * plane->stride) + column;
}

/* What a row was opened as: items of the size that it was checked for. */
static inline int64_t *numbers_of(const Row *row) {
    return (int64_t *)(void *)row->start;
}

static inline uint64_t *hashes_of(const Row *row) {
    return (uint64_t *)(void *)row->start;
}

static inline uint32_t *colours_of(const Row *row) {
    return (uint32_t *)(void *)row->start;
}

static inline int32_t *counts_of(const Row *row) {
    return (int32_t *)(void *)row->start;
}

/* Whether any of these pixels of a mask is wrong. */
static inline int has_wrong(const uint8_t *right, Py_ssize_t count) {
    uint8_t all = RIGHT;
    for (Py_ssize_t x = 0; x < count; x++) {
        all &= right[x];
    }
    return all != RIGHT;
}

/* A canvas is made of whole tiles, numbered row by row. */
static inline Py_ssize_t tiles_across(const Plane *canvas) {
    return canvas->columns / TILE_COLUMNS;
}

/* Where a tile begins; its rows are as far apart as the canvas's. */
static inline char *tile_at(const Plane *canvas, int64_t position) {
    Py_ssize_t across = tiles_across(canvas);
    return (char *)pixels_at(canvas, (Py_ssize_t)position / across * TILE_ROWS,
                             (Py_ssize_t)position % across * TILE_COLUMNS);
}

static inline uint32_t *row_of_tile(char *tile, Py_ssize_t stride, Py_ssize_t y) {
    return (uint32_t *)(void *)(tile + y * stride);
}

/* Open a canvas, and positions that all lie on it. */
int open_tiles(PyObject *canvas_array, Access access, Plane *canvas, PyObject *positions_array, Row *positions);

/* None if all went well, else NULL, with the exception that was set. */
PyObject *none_if(int is_sound);

/* kernel_areas.c */
PyObject *kernel_take_in(PyObject *module, PyObject *arguments);
PyObject *kernel_put_right(PyObject *module, PyObject *arguments);
PyObject *kernel_count_wrong(PyObject *module, PyObject *arguments);
PyObject *kernel_settle(PyObject *module, PyObject *arguments);

/* kernel_tiles.c */
PyObject *kernel_hash_tiles(PyObject *module, PyObject *arguments);
PyObject *kernel_same_tiles(PyObject *module, PyObject *arguments);
PyObject *kernel_equal_tiles(PyObject *module, PyObject *arguments);
PyObject *kernel_take_tiles(PyObject *module, PyObject *arguments);
PyObject *kernel_store_tiles(PyObject *module, PyObject *arguments);
PyObject *kernel_stamp_tiles(PyObject *module, PyObject *arguments);

/* kernel_variety.c */
PyObject *kernel_count_variety(PyObject *module, PyObject *arguments);

/* kernel_moves.c */
PyObject *kernel_move_area(PyObject *module, PyObject *arguments);
PyObject *kernel_best_area(PyObject *module, PyObject *arguments);
PyObject *kernel_wrong_by_column(PyObject *module, PyObject *arguments);
PyObject *kernel_wrong_by_row(PyObject *module, PyObject *arguments);

/* kernel_landmarks.c */
PyObject *kernel_find_landmarks(PyObject *module, PyObject *arguments);
PyObject *kernel_meet_landmarks(PyObject *module, PyObject *arguments);

/* kernel_lzma.c */
PyObject *kernel_press(PyObject *module, PyObject *arguments);

/* kernel_rows.c */
PyObject *kernel_scrolled_by(PyObject *module, PyObject *arguments);

/* kernel_runs.c */
PyObject *kernel_find_runs(PyObject *module, PyObject *arguments);
PyObject *kernel_find_colours(PyObject *module, PyObject *arguments);
PyObject *kernel_pack_tiles(PyObject *module, PyObject *arguments);

/* kernel_sheets.c: the decoder's */
PyObject *kernel_change_symbols(PyObject *module, PyObject *arguments);
PyObject *kernel_numbered_tiles(PyObject *module, PyObject *arguments);

#endif
