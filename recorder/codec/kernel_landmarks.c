/* Landmarks: pixels that stand out, by which what moved is found again. */

#include "kernel.h"
#include <stdlib.h>

#define REACH 4          /* of a neighbourhood, in each direction */
#define KEPT_IN_MEMORY 16 /* rows of green; nine are looked at together */
#define KEEP_MASK 0x78   /* one in sixteen pixels that stand out */
#define SLOT_BITS 16
#define SLOTS ((size_t)1 << SLOT_BITS)

/* A part of a picture that is walked down; its greens, of which only the last rows are kept. */
typedef struct {
    Plane picture, right;
    uint8_t *greens, *chosen;
    Py_ssize_t greens_end; /* the first row whose greens were not taken yet */
} Walk;

typedef struct {
    Row at, numbers;
    Py_ssize_t count;
} Found;

static uint8_t *greens_of(const Walk *walk, Py_ssize_t y) {
    return walk->greens + (size_t)(y % KEPT_IN_MEMORY) * (size_t)walk->picture.columns;
}

/* Green tells nearly as much as all three. */
static void take_greens(Walk *walk, Py_ssize_t from, Py_ssize_t to) {
    Py_ssize_t y = walk->greens_end > from ? walk->greens_end : from;
    for (; y < to; y++) {
        const uint32_t *row = pixels_at(&walk->picture, y, 0);
        uint8_t *greens = greens_of(walk, y);
        for (Py_ssize_t x = 0; x < walk->picture.columns; x++) {
            greens[x] = (uint8_t)(row[x] >> 8);
        }
    }
    walk->greens_end = to;
}

/* Chosen by what is around them: a sixteenth of the wrong pixels with an edge at their left and above. */
static void choose(const uint8_t *middle, const uint8_t *above, const uint8_t *below, const uint8_t *right,
                   uint8_t *chosen, Py_ssize_t columns) {
    for (Py_ssize_t x = REACH; x < columns - REACH; x++) {
        uint8_t mixed =
            (uint8_t)(middle[x + REACH] * 37 + below[x] * 101 + middle[x] * 11 + middle[x - REACH] * 151);
        chosen[x] = (uint8_t)(((mixed & KEEP_MASK) == 0) & (middle[x] != middle[x - 1]) & (middle[x] != above[x]) &
                              (right[x] == 0));
    }
}

/* A number for what is around a pixel. */
static uint64_t neighbourhood_of(const Walk *walk, Py_ssize_t y, Py_ssize_t x) {
    static const int rows[] = {-4, -1, 2, 4};
    static const uint64_t weights[] = {0x9E3779B97F4A7C15u, 0xC2B2AE3D27D4EB4Fu, 0x165667B19E3779F9u,
                                       0xD6E8FEB86659FD93u};
    uint64_t number = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t eight;
        memcpy(&eight, greens_of(walk, y + rows[i]) + x - REACH, sizeof eight);
        number += eight * weights[i];
        number ^= number >> 29;
    }
    return number;
}

static void note(const Walk *walk, Py_ssize_t y, Py_ssize_t x, Found *found) {
    if (found->count < found->at.count) {
        numbers_of(&found->at)[found->count] = (int64_t)y * walk->picture.columns + x;
        hashes_of(&found->numbers)[found->count] = neighbourhood_of(walk, y, x);
    }
    found->count++;
}

static void note_chosen(const Walk *walk, Py_ssize_t y, Found *found) {
    Py_ssize_t end = walk->picture.columns - REACH, x = REACH;
    while (x < end) {
        uint64_t eight = 0;
        if (x + 8 <= end) {
            memcpy(&eight, walk->chosen + x, sizeof eight);
            if (eight == 0) { /* as nearly everywhere */
                x += 8;
                continue;
            }
        }
        if (walk->chosen[x]) {
            note(walk, y, x, found);
        }
        x++;
    }
}

static void walk_down(Walk *walk, Py_ssize_t every, Found *found) {
    Py_ssize_t columns = walk->picture.columns;
    for (Py_ssize_t y = REACH; y < walk->picture.rows - REACH; y += every) {
        const uint8_t *right = bytes_at(&walk->right, y, 0);
        if (has_wrong(right + REACH, columns - 2 * REACH)) {
            take_greens(walk, y - REACH, y + REACH + 1);
            choose(greens_of(walk, y), greens_of(walk, y - 1), greens_of(walk, y + REACH), right, walk->chosen,
                   columns);
            note_chosen(walk, y, found);
        }
    }
}

/* find_landmarks(picture, right, every, at, numbers): the landmarks of every so many rows: their places, row after
 * row, and the numbers of their neighbourhoods. How many there are; only as many are written as there is room for. */
PyObject *kernel_find_landmarks(PyObject *module, PyObject *arguments) {
    PyObject *picture, *right, *at, *numbers;
    Py_ssize_t every;
    Walk walk = {0};
    Found found = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOnOO", &picture, &right, &every, &at, &numbers)) {
        return NULL;
    }
    is_sound = open_plane(picture, sizeof(uint32_t), FOR_READING, &walk.picture) &&
               open_plane(right, 1, FOR_READING, &walk.right) &&
               open_row(at, sizeof(int64_t), FOR_WRITING, &found.at) &&
               open_row(numbers, sizeof(uint64_t), FOR_WRITING, &found.numbers) &&
               holds(walk.right.rows == walk.picture.rows && walk.right.columns == walk.picture.columns &&
                         found.numbers.count == found.at.count,
                     "what is looked at differs in size") &&
               holds(every > 0 && every <= TILE_ROWS, "a step is out of bounds");
    if (is_sound && walk.picture.rows > 2 * REACH && walk.picture.columns > 2 * REACH) {
        walk.greens = malloc((size_t)walk.picture.columns * (KEPT_IN_MEMORY + 1));
        is_sound = walk.greens != NULL;
        if (is_sound) {
            walk.chosen = walk.greens + (size_t)walk.picture.columns * KEPT_IN_MEMORY;
            Py_BEGIN_ALLOW_THREADS
            walk_down(&walk, every, &found);
            Py_END_ALLOW_THREADS
            free(walk.greens);
        } else {
            PyErr_NoMemory();
        }
    }
    close_plane(&walk.picture);
    close_plane(&walk.right);
    close_row(&found.at);
    close_row(&found.numbers);
    return is_sound ? PyLong_FromSsize_t(found.count) : NULL;
}

enum { NOBODY = -1, SEVERAL = -2 };

/* Which landmark has each slot to itself. */
static void fill_slots(const Row *numbers, int32_t *slots) {
    for (size_t i = 0; i < SLOTS; i++) {
        slots[i] = NOBODY;
    }
    for (Py_ssize_t i = 0; i < numbers->count; i++) {
        uint64_t slot = hashes_of(numbers)[i] >> (64 - SLOT_BITS);
        slots[slot] = slots[slot] == NOBODY ? (int32_t)i : SEVERAL;
    }
}

/* What is alone in its slot among both, and the same number. */
static Py_ssize_t meet(const Row *old, const Row *new, const int32_t *slots, int64_t *in_old, int64_t *in_new) {
    const uint64_t *before = hashes_of(old), *now = hashes_of(new);
    Py_ssize_t count = 0;
    for (size_t slot = 0; slot < SLOTS; slot++) {
        int32_t one = slots[slot], other = slots[SLOTS + slot];
        if (one >= 0 && other >= 0 && before[one] == now[other]) {
            in_old[count] = one;
            in_new[count] = other;
            count++;
        }
    }
    return count;
}

/* meet_landmarks(old, new, in_old, in_new): which numbers occur in both, of those whose slot holds no other: how many,
 * and their places, in the order of their slots. */
PyObject *kernel_meet_landmarks(PyObject *module, PyObject *arguments) {
    PyObject *old_array, *new_array, *in_old_array, *in_new_array;
    Row old = {0}, new = {0}, in_old = {0}, in_new = {0};
    Py_ssize_t count = 0, fewer;
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOO", &old_array, &new_array, &in_old_array, &in_new_array)) {
        return NULL;
    }
    is_sound = open_row(old_array, sizeof(uint64_t), FOR_READING, &old) &&
               open_row(new_array, sizeof(uint64_t), FOR_READING, &new) &&
               open_row(in_old_array, sizeof(int64_t), FOR_WRITING, &in_old) &&
               open_row(in_new_array, sizeof(int64_t), FOR_WRITING, &in_new);
    fewer = old.count < new.count ? old.count : new.count;
    is_sound = is_sound && holds(in_old.count >= fewer && in_new.count >= fewer, "there is no room for all that meet") &&
               holds(old.count < INT32_MAX && new.count < INT32_MAX, "these are too many landmarks");
    if (is_sound) {
        int32_t *slots = malloc(2 * SLOTS * sizeof(int32_t));
        is_sound = slots != NULL;
        if (is_sound) {
            Py_BEGIN_ALLOW_THREADS
            fill_slots(&old, slots);
            fill_slots(&new, slots + SLOTS);
            count = meet(&old, &new, slots, numbers_of(&in_old), numbers_of(&in_new));
            Py_END_ALLOW_THREADS
            free(slots);
        } else {
            PyErr_NoMemory();
        }
    }
    close_row(&old);
    close_row(&new);
    close_row(&in_old);
    close_row(&in_new);
    return is_sound ? PyLong_FromSsize_t(count) : NULL;
}
