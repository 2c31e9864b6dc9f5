/* What is grabbed comes in: compared with the screen as it was, and copied where it differs. */

#include "kernel.h"

/* A screen: as it is now, as the decoder shows it, where these agree, and which tiles have a pixel that does not. */
typedef struct {
    Plane now, before, right, wrong;
} Screen;

static int open_screen(PyObject *now, PyObject *before, PyObject *right, PyObject *wrong, Screen *screen) {
    return open_plane(now, sizeof(uint32_t), FOR_WRITING, &screen->now) &&
           open_plane(before, sizeof(uint32_t), FOR_READING, &screen->before) &&
           open_plane(right, 1, FOR_WRITING, &screen->right) && open_plane(wrong, 1, FOR_WRITING, &screen->wrong) &&
           holds(screen->now.rows / TILE_ROWS == screen->wrong.rows && screen->now.rows % TILE_ROWS == 0 &&
                     screen->now.columns / TILE_COLUMNS == screen->wrong.columns &&
                     screen->now.columns % TILE_COLUMNS == 0,
                 "a screen is not made of whole tiles") &&
           holds(screen->before.rows == screen->now.rows && screen->before.columns == screen->now.columns &&
                     screen->right.rows == screen->now.rows && screen->right.columns == screen->now.columns,
                 "the pictures of a screen differ in size");
}

static void close_screen(Screen *screen) {
    close_plane(&screen->now);
    close_plane(&screen->before);
    close_plane(&screen->right);
    close_plane(&screen->wrong);
}

static int differs(const uint32_t *grabbed, const uint32_t *now, Py_ssize_t count) {
    uint32_t any = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        any |= (grabbed[i] & COLOUR_MASK) ^ now[i];
    }
    return any != 0;
}

static void copy_stretch(const uint32_t *grabbed, uint32_t *now, const uint32_t *before, uint8_t *right,
                         Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++) {
        now[i] = grabbed[i] & COLOUR_MASK;
        right[i] = now[i] == before[i] ? RIGHT : 0;
    }
}

static int is_wrong(const Plane *right, Py_ssize_t tile_row, Py_ssize_t tile_column) {
    for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
        const uint8_t *row = bytes_at(right, tile_row * TILE_ROWS + y, tile_column * TILE_COLUMNS);
        uint8_t all = RIGHT;
        for (Py_ssize_t x = 0; x < TILE_COLUMNS; x++) {
            all &= row[x];
        }
        if (all != RIGHT) {
            return 1;
        }
    }
    return 0;
}

/* The rows of one tile's height: most of what a program repaints is what was there, and that is only read. */
static void take_in_rows(Screen *screen, const Plane *grabbed, Py_ssize_t top, Py_ssize_t left, Py_ssize_t begin,
                         Py_ssize_t end) {
    Py_ssize_t right_edge = left + grabbed->columns, tile_row = begin / TILE_ROWS;
    for (Py_ssize_t x = left, next; x < right_edge; x = next) {
        Py_ssize_t tile_column = x / TILE_COLUMNS, count;
        int changed = 0;
        next = (tile_column + 1) * TILE_COLUMNS;
        next = next < right_edge ? next : right_edge;
        count = next - x;
        for (Py_ssize_t y = begin; y < end; y++) {
            const uint32_t *from = pixels_at(grabbed, y - top, x - left);
            uint32_t *now = pixels_at(&screen->now, y, x);
            if (differs(from, now, count)) {
                copy_stretch(from, now, pixels_at(&screen->before, y, x), bytes_at(&screen->right, y, x), count);
                changed = 1;
            }
        }
        if (changed) {
            *bytes_at(&screen->wrong, tile_row, tile_column) = (uint8_t)is_wrong(&screen->right, tile_row, tile_column);
        }
    }
}

/* take_in(grabbed, top, left, now, before, right, wrong): write grabbed pixels into `now`, and keep `right` and
 * `wrong` true, which they were before. */
PyObject *kernel_take_in(PyObject *module, PyObject *arguments) {
    PyObject *grabbed_array, *now, *before, *right, *wrong;
    Py_ssize_t top, left;
    Plane grabbed = {0};
    Screen screen = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OnnOOOO", &grabbed_array, &top, &left, &now, &before, &right, &wrong)) {
        return NULL;
    }
    is_sound = open_plane(grabbed_array, sizeof(uint32_t), FOR_READING, &grabbed) &&
               open_screen(now, before, right, wrong, &screen) &&
               holds(is_inside(top, left, grabbed.rows, grabbed.columns, screen.now.rows, screen.now.columns),
                     "an area is not on the screen");
    if (is_sound) {
        Py_ssize_t bottom = top + grabbed.rows;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t y = top, next; y < bottom; y = next) {
            next = (y / TILE_ROWS + 1) * TILE_ROWS;
            next = next < bottom ? next : bottom;
            take_in_rows(&screen, &grabbed, top, left, y, next);
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&grabbed);
    close_screen(&screen);
    if (!is_sound) {
        return NULL;
    }
    Py_RETURN_NONE;
}
