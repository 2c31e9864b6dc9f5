/* Areas that moved: how good a move would be, where, and the move itself. */

#include "kernel.h"
#include <stdlib.h>

#define STRIP 256 /* columns that are counted together */

/* move_area(canvas, top, left, rows, columns, dx, dy): this area becomes what was dy above and dx to the left of it. */
PyObject *kernel_move_area(PyObject *module, PyObject *arguments) {
    PyObject *canvas_array;
    Py_ssize_t top, left, rows, columns, dx, dy;
    Plane canvas = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "Onnnnnn", &canvas_array, &top, &left, &rows, &columns, &dx, &dy)) {
        return NULL;
    }
    is_sound = open_plane(canvas_array, sizeof(uint32_t), FOR_WRITING, &canvas) &&
               holds(dx > -canvas.columns && dx < canvas.columns && dy > -canvas.rows && dy < canvas.rows &&
                         is_inside(top, left, rows, columns, canvas.rows, canvas.columns) &&
                         is_inside(top - dy, left - dx, rows, columns, canvas.rows, canvas.columns),
                     "a move leads out of the picture");
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t i = 0; i < rows; i++) {
            Py_ssize_t y = top + (dy > 0 ? rows - 1 - i : i); /* no row is overwritten before it has moved */
            memmove(pixels_at(&canvas, y, left), pixels_at(&canvas, y - dy, left - dx),
                    (size_t)columns * sizeof(uint32_t));
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&canvas);
    return none_if(is_sound);
}

/* Where a move may lead: the picture it takes from, the one it should give, where that is right already, and where it
 * would be right. */
typedef struct {
    Plane before, now, was, would;
} Trial;

typedef struct {
    Py_ssize_t begin, end;
} Span;

/* The stretch with the greatest sum, the first of several; empty if none is above 0. */
static Span best_span(const int32_t *scores, Py_ssize_t count) {
    Span best = {0, 0};
    Py_ssize_t lowest_at = 0;
    int64_t sum = 0, lowest = 0, most = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        sum += scores[i];
        if (sum < lowest) {
            lowest = sum;
            lowest_at = i + 1;
        }
        if (sum - lowest > most) {
            most = sum - lowest;
            best.begin = lowest_at;
            best.end = i + 1;
        }
    }
    return best;
}

static void try_row(const uint32_t *before, const uint32_t *now, uint8_t *would, Py_ssize_t count) {
    for (Py_ssize_t x = 0; x < count; x++) {
        would[x] = before[x] == now[x] ? RIGHT : 0;
    }
}

/* How many of these pixels are right: eight at once, each in a byte of its own, as often as a byte can count. */
static int32_t count_right(const uint8_t *mask, Py_ssize_t count) {
    int32_t right = 0;
    Py_ssize_t x = 0;
    while (x + 8 <= count) {
        Py_ssize_t words = (count - x) / 8 < 255 ? (count - x) / 8 : 255;
        uint64_t sums = 0;
        for (Py_ssize_t i = 0; i < words; i++) {
            uint64_t eight;
            memcpy(&eight, mask + x + i * 8, sizeof eight);
            sums += eight & 0x0101010101010101u;
        }
        for (; sums != 0; sums >>= 8) {
            right += (int32_t)(sums & 255);
        }
        x += words * 8;
    }
    for (; x < count; x++) {
        right += mask[x] & 1;
    }
    return right;
}

static void score_rows(const Trial *trial, Span columns, int32_t *scores) {
    for (Py_ssize_t y = 0; y < trial->would.rows; y++) {
        Py_ssize_t count = columns.end - columns.begin;
        scores[y] = count_right(bytes_at(&trial->would, y, columns.begin), count) -
                    count_right(bytes_at(&trial->was, y, columns.begin), count);
    }
}

/* Add up to 127 rows, which a byte for each column can count. */
static void add_rows(const Trial *trial, Span rows, Py_ssize_t left, Py_ssize_t count, int32_t *scores) {
    int8_t sums[STRIP] = {0};
    for (Py_ssize_t y = rows.begin; y < rows.end; y++) {
        const uint8_t *would = bytes_at(&trial->would, y, left), *was = bytes_at(&trial->was, y, left);
        for (Py_ssize_t x = 0; x < count; x++) {
            sums[x] = (int8_t)(sums[x] + (would[x] & 1) - (was[x] & 1));
        }
    }
    for (Py_ssize_t x = 0; x < count; x++) {
        scores[left + x] += sums[x];
    }
}

static void score_columns(const Trial *trial, Span rows, int32_t *scores) {
    Py_ssize_t columns = trial->would.columns;
    memset(scores, 0, (size_t)columns * sizeof(int32_t));
    for (Py_ssize_t begin = rows.begin; begin < rows.end; begin += INT8_MAX) {
        Span some = {begin, begin + INT8_MAX < rows.end ? begin + INT8_MAX : rows.end};
        for (Py_ssize_t left = 0; left < columns; left += STRIP) {
            add_rows(trial, some, left, columns - left < STRIP ? columns - left : STRIP, scores);
        }
    }
}

/* Rows that gain most within the columns, then columns that gain most within these rows, and both once more. */
static int64_t find_best_area(const Trial *trial, Span *rows, Span *columns, int32_t *scores) {
    int64_t gain = 0;
    for (Py_ssize_t y = 0; y < trial->would.rows; y++) {
        try_row(pixels_at(&trial->before, y, 0), pixels_at(&trial->now, y, 0), bytes_at(&trial->would, y, 0),
                trial->would.columns);
    }
    for (int again = 0; again < 2; again++) {
        score_rows(trial, *columns, scores);
        *rows = best_span(scores, trial->would.rows);
        score_columns(trial, *rows, scores);
        *columns = best_span(scores, trial->would.columns);
    }
    for (Py_ssize_t x = columns->begin; x < columns->end; x++) {
        gain += scores[x];
    }
    return gain;
}

static int open_trial(PyObject *before, PyObject *now, PyObject *was, PyObject *would, Trial *trial) {
    return open_plane(before, sizeof(uint32_t), FOR_READING, &trial->before) &&
           open_plane(now, sizeof(uint32_t), FOR_READING, &trial->now) &&
           open_plane(was, 1, FOR_READING, &trial->was) && open_plane(would, 1, FOR_WRITING, &trial->would) &&
           holds(trial->before.rows == trial->would.rows && trial->before.columns == trial->would.columns &&
                     trial->now.rows == trial->would.rows && trial->now.columns == trial->would.columns &&
                     trial->was.rows == trial->would.rows && trial->was.columns == trial->would.columns,
                 "what is compared differs in size");
}

static void close_trial(Trial *trial) {
    close_plane(&trial->before);
    close_plane(&trial->now);
    close_plane(&trial->was);
    close_plane(&trial->would);
}

/* best_area(before, now, was, would, left, right): the rectangle in which moving `before` here gains most, looked for
 * from these columns: (top, bottom, left, right, gain). `would` becomes 255 where the move would be right, else 0. */
PyObject *kernel_best_area(PyObject *module, PyObject *arguments) {
    PyObject *before, *now, *was, *would, *answer = NULL;
    Trial trial = {0};
    Span rows = {0, 0}, columns;
    int64_t gain = 0;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOOnn", &before, &now, &was, &would, &columns.begin, &columns.end)) {
        return NULL;
    }
    if (open_trial(before, now, was, would, &trial) &&
        holds(0 <= columns.begin && columns.begin <= columns.end && columns.end <= trial.would.columns,
              "the columns to begin with are outside")) {
        Py_ssize_t longest = trial.would.rows > trial.would.columns ? trial.would.rows : trial.would.columns;
        int32_t *scores = malloc(((size_t)longest + 1) * sizeof(int32_t));
        if (scores == NULL) {
            PyErr_NoMemory();
        } else {
            Py_BEGIN_ALLOW_THREADS
            gain = find_best_area(&trial, &rows, &columns, scores);
            Py_END_ALLOW_THREADS
            free(scores);
            answer = Py_BuildValue("nnnnL", rows.begin, rows.end, columns.begin, columns.end, (long long)gain);
        }
    }
    close_trial(&trial);
    return answer;
}

static int open_counted(PyObject *right_array, PyObject *counts_array, Plane *right, Row *counts) {
    return open_plane(right_array, 1, FOR_READING, right) &&
           open_row(counts_array, sizeof(int32_t), FOR_WRITING, counts);
}

/* Take away what is right of up to 255 rows, which a byte for each column can count. */
static void take_rows_away(const Plane *right, Span rows, Py_ssize_t left, Py_ssize_t count, int32_t *counts) {
    uint8_t sums[STRIP] = {0};
    for (Py_ssize_t y = rows.begin; y < rows.end; y++) {
        const uint8_t *row = bytes_at(right, y, left);
        for (Py_ssize_t x = 0; x < count; x++) {
            sums[x] = (uint8_t)(sums[x] + (row[x] & 1));
        }
    }
    for (Py_ssize_t x = 0; x < count; x++) {
        counts[left + x] -= sums[x];
    }
}

/* wrong_by_column(right, counts): how many pixels of each column are wrong. */
PyObject *kernel_wrong_by_column(PyObject *module, PyObject *arguments) {
    PyObject *right_array, *counts_array;
    Plane right = {0};
    Row counts = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO", &right_array, &counts_array)) {
        return NULL;
    }
    is_sound = open_counted(right_array, counts_array, &right, &counts) &&
               holds(counts.count == right.columns, "there is not one number for each column");
    if (is_sound) {
        int32_t *count = counts_of(&counts);
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t x = 0; x < counts.count; x++) {
            count[x] = (int32_t)right.rows;
        }
        for (Py_ssize_t begin = 0; begin < right.rows; begin += UINT8_MAX) {
            Span some = {begin, begin + UINT8_MAX < right.rows ? begin + UINT8_MAX : right.rows};
            for (Py_ssize_t left = 0; left < right.columns; left += STRIP) {
                take_rows_away(&right, some, left, right.columns - left < STRIP ? right.columns - left : STRIP, count);
            }
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&right);
    close_row(&counts);
    return none_if(is_sound);
}

/* wrong_by_row(right, every, counts): how many pixels of each row are wrong, of every so many. */
PyObject *kernel_wrong_by_row(PyObject *module, PyObject *arguments) {
    PyObject *right_array, *counts_array;
    Py_ssize_t every;
    Plane right = {0};
    Row counts = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OnO", &right_array, &every, &counts_array)) {
        return NULL;
    }
    is_sound = open_counted(right_array, counts_array, &right, &counts) &&
               holds(counts.count == right.rows, "there is not one number for each row") &&
               holds(every > 0 && every <= TILE_COLUMNS, "a step is out of bounds");
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        for (Py_ssize_t y = 0; y < right.rows; y++) {
            const uint8_t *row = bytes_at(&right, y, 0);
            int32_t count = 0;
            for (Py_ssize_t x = 0; x < right.columns; x += every) {
                count += row[x] == 0;
            }
            counts_of(&counts)[y] = count;
        }
        Py_END_ALLOW_THREADS
    }
    close_plane(&right);
    close_row(&counts);
    return none_if(is_sound);
}
