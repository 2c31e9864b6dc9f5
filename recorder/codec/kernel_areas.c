/* What is grabbed comes in: compared with the screen as it was, and copied where it differs. */

#include "kernel.h"

/* Where two pictures agree, pixel by pixel, and which tiles have a pixel that does not. */
typedef struct {
    Plane right, wrong;
} Agreement;

/* A screen as it is now, and as the decoder shows it. */
typedef struct {
    Plane now, before;
    Agreement agreement;
} Screen;

static int open_agreement(PyObject *right, PyObject *wrong, Agreement *agreement) {
    return open_plane(right, 1, FOR_WRITING, &agreement->right) &&
           open_plane(wrong, 1, FOR_WRITING, &agreement->wrong) &&
           holds(agreement->right.rows / TILE_ROWS == agreement->wrong.rows &&
                     agreement->right.rows % TILE_ROWS == 0 &&
                     agreement->right.columns / TILE_COLUMNS == agreement->wrong.columns &&
                     agreement->right.columns % TILE_COLUMNS == 0,
                 "a screen is not made of whole tiles");
}

static void close_agreement(Agreement *agreement) {
    close_plane(&agreement->right);
    close_plane(&agreement->wrong);
}

/* `settle` writes what was before, `take_in` what is now. */
static int open_screen(PyObject *now, PyObject *before, PyObject *right, PyObject *wrong, Access to_now,
                       Screen *screen) {
    const Plane *mask = &screen->agreement.right;
    Access to_before = to_now == FOR_WRITING ? FOR_READING : FOR_WRITING;
    return open_plane(now, sizeof(uint32_t), to_now, &screen->now) &&
           open_plane(before, sizeof(uint32_t), to_before, &screen->before) &&
           open_agreement(right, wrong, &screen->agreement) &&
           holds(screen->before.rows == screen->now.rows && screen->before.columns == screen->now.columns &&
                     mask->rows == screen->now.rows && mask->columns == screen->now.columns,
                 "the pictures of a screen differ in size");
}

static void close_screen(Screen *screen) {
    close_plane(&screen->now);
    close_plane(&screen->before);
    close_agreement(&screen->agreement);
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
        if (has_wrong(bytes_at(right, tile_row * TILE_ROWS + y, tile_column * TILE_COLUMNS), TILE_COLUMNS)) {
            return 1;
        }
    }
    return 0;
}

static void look_at_tile(Agreement *agreement, Py_ssize_t tile_row, Py_ssize_t tile_column) {
    *bytes_at(&agreement->wrong, tile_row, tile_column) =
        (uint8_t)is_wrong(&agreement->right, tile_row, tile_column);
}

/* The rows of one tile's height: most of what a program repaints is what was there, and that is only read. */
static void take_in_rows(Screen *screen, const Plane *grabbed, Py_ssize_t top, Py_ssize_t left, Py_ssize_t begin,
                         Py_ssize_t end) {
    Plane *right = &screen->agreement.right;
    Py_ssize_t edge = left + grabbed->columns;
    for (Py_ssize_t x = left, next; x < edge; x = next) {
        int changed = 0;
        next = (x / TILE_COLUMNS + 1) * TILE_COLUMNS;
        next = next < edge ? next : edge;
        for (Py_ssize_t y = begin; y < end; y++) {
            const uint32_t *from = pixels_at(grabbed, y - top, x - left);
            uint32_t *now = pixels_at(&screen->now, y, x);
            if (differs(from, now, next - x)) {
                copy_stretch(from, now, pixels_at(&screen->before, y, x), bytes_at(right, y, x), next - x);
                changed = 1;
            }
        }
        if (changed) {
            look_at_tile(&screen->agreement, begin / TILE_ROWS, x / TILE_COLUMNS);
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
               open_screen(now, before, right, wrong, FOR_WRITING, &screen) &&
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
    return none_if(is_sound);
}

/* put_right(found, top, left, right, wrong): an area is right where `found` says so. */
PyObject *kernel_put_right(PyObject *module, PyObject *arguments) {
    PyObject *found_array, *right, *wrong;
    Py_ssize_t top, left;
    Plane found = {0};
    Agreement agreement = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OnnOO", &found_array, &top, &left, &right, &wrong)) {
        return NULL;
    }
    is_sound = open_plane(found_array, 1, FOR_READING, &found) && open_agreement(right, wrong, &agreement) &&
               holds(is_inside(top, left, found.rows, found.columns, agreement.right.rows, agreement.right.columns),
                     "an area is not on the screen");
    if (is_sound && found.rows > 0 && found.columns > 0) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t y = 0; y < found.rows; y++) {
            memcpy(bytes_at(&agreement.right, top + y, left), bytes_at(&found, y, 0), (size_t)found.columns);
        }
        for (Py_ssize_t row = top / TILE_ROWS; row <= (top + found.rows - 1) / TILE_ROWS; row++) {
            for (Py_ssize_t column = left / TILE_COLUMNS; column <= (left + found.columns - 1) / TILE_COLUMNS;
                 column++) {
                look_at_tile(&agreement, row, column);
            }
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&found);
    close_agreement(&agreement);
    return none_if(is_sound);
}

static Py_ssize_t wrong_pixels(const Plane *right, Py_ssize_t tile_row, Py_ssize_t tile_column) {
    Py_ssize_t count = 0;
    for (Py_ssize_t y = 0; y < TILE_ROWS; y++) {
        const uint8_t *row = bytes_at(right, tile_row * TILE_ROWS + y, tile_column * TILE_COLUMNS);
        uint8_t in_row = 0;
        for (Py_ssize_t x = 0; x < TILE_COLUMNS; x++) {
            in_row = (uint8_t)(in_row + (row[x] == 0));
        }
        count += in_row;
    }
    return count;
}

/* count_wrong(right, wrong): how many pixels are wrong; all of them are in the tiles that are. */
PyObject *kernel_count_wrong(PyObject *module, PyObject *arguments) {
    PyObject *right, *wrong;
    Agreement agreement = {0};
    Py_ssize_t count = 0;
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO", &right, &wrong)) {
        return NULL;
    }
    is_sound = open_agreement(right, wrong, &agreement);
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t row = 0; row < agreement.wrong.rows; row++) {
            for (Py_ssize_t column = 0; column < agreement.wrong.columns; column++) {
                if (*bytes_at(&agreement.wrong, row, column)) {
                    count += wrong_pixels(&agreement.right, row, column);
                }
            }
        }
        Py_END_ALLOW_THREADS
    }
    close_agreement(&agreement);
    return is_sound ? PyLong_FromSsize_t(count) : NULL;
}

static void settle_tile(Screen *screen, Py_ssize_t tile_row, Py_ssize_t tile_column) {
    for (Py_ssize_t y = tile_row * TILE_ROWS; y < (tile_row + 1) * TILE_ROWS; y++) {
        memcpy(pixels_at(&screen->before, y, tile_column * TILE_COLUMNS),
               pixels_at(&screen->now, y, tile_column * TILE_COLUMNS), TILE_COLUMNS * sizeof(uint32_t));
        memset(bytes_at(&screen->agreement.right, y, tile_column * TILE_COLUMNS), RIGHT, TILE_COLUMNS);
    }
    *bytes_at(&screen->agreement.wrong, tile_row, tile_column) = 0;
}

/* settle(now, before, right, wrong): what is wrong before becomes as it is now. */
PyObject *kernel_settle(PyObject *module, PyObject *arguments) {
    PyObject *now, *before, *right, *wrong;
    Screen screen = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO", &now, &before, &right, &wrong)) {
        return NULL;
    }
    is_sound = open_screen(now, before, right, wrong, FOR_READING, &screen);
    if (is_sound) {
        const Plane *tiles = &screen.agreement.wrong;
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t row = 0; row < tiles->rows; row++) {
            for (Py_ssize_t column = 0; column < tiles->columns; column++) {
                if (*bytes_at(tiles, row, column)) {
                    settle_tile(&screen, row, column);
                }
            }
        }
        Py_END_ALLOW_THREADS
    }
    close_screen(&screen);
    return none_if(is_sound);
}
