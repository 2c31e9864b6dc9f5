/* How far the rows of a picture went down or up: those that occur once before and once now tell. */

#include "kernel.h"
#include <stdlib.h>

#define SPREAD 0x9E3779B97F4A7C15u
#define MOST_ROWS ((Py_ssize_t)1 << 20)

/* Rows of one number: how many there are before and now, and the last of each. */
typedef struct {
    uint64_t number;
    int32_t before, now, befores, nows;
} Alike;

/* What is needed meanwhile: at most two numbers for each slot, so that a search ends soon; votes for every offset. */
typedef struct {
    Alike *slots;
    int32_t *votes;
    size_t count;
    int bits;
} Ballot;

static int open_ballot(Py_ssize_t rows, Ballot *ballot) {
    ballot->bits = 3;
    while (((size_t)1 << ballot->bits) < 4 * (size_t)rows) {
        ballot->bits++;
    }
    ballot->count = (size_t)1 << ballot->bits;
    ballot->slots = calloc(ballot->count, sizeof(Alike));
    ballot->votes = calloc(2 * (size_t)rows + 1, sizeof(int32_t));
    return ballot->slots != NULL && ballot->votes != NULL;
}

static void close_ballot(Ballot *ballot) {
    free(ballot->slots);
    free(ballot->votes);
}

static uint64_t number_of(const Plane *picture, Py_ssize_t y, const uint64_t *weights) {
    const char *row = (const char *)pixels_at(picture, y, 0);
    uint64_t sum = 0;
    for (Py_ssize_t i = 0; i < picture->columns / 2; i++) {
        uint64_t word;
        memcpy(&word, row + (size_t)i * sizeof word, sizeof word);
        sum += word * weights[i];
    }
    return sum;
}

static Alike *slot_of(const Ballot *ballot, uint64_t number) {
    size_t at = (size_t)(number * SPREAD >> (64 - ballot->bits));
    while (ballot->slots[at].befores + ballot->slots[at].nows > 0 && ballot->slots[at].number != number) {
        at = (at + 1) & (ballot->count - 1);
    }
    ballot->slots[at].number = number;
    return &ballot->slots[at];
}

static void vote(const Plane *before, const Plane *now, const uint64_t *weights, Ballot *ballot) {
    for (Py_ssize_t y = 0; y < before->rows; y++) {
        Alike *slot = slot_of(ballot, number_of(before, y, weights));
        slot->before = (int32_t)y;
        slot->befores++;
    }
    for (Py_ssize_t y = 0; y < now->rows; y++) {
        Alike *slot = slot_of(ballot, number_of(now, y, weights));
        slot->now = (int32_t)y;
        slot->nows++;
    }
    for (size_t i = 0; i < ballot->count; i++) {
        const Alike *slot = &ballot->slots[i];
        if (slot->befores == 1 && slot->nows == 1) {
            ballot->votes[slot->now - slot->before + now->rows]++;
        }
    }
}

/* scrolled_by(before, now, weights): how far down most rows went of those that stand alone, and how many did: (0, 0) if
 * there are none, the lowest offset of several. A row's number is the sum of its pairs of pixels, each times a weight. */
PyObject *kernel_scrolled_by(PyObject *module, PyObject *arguments) {
    PyObject *before_array, *now_array, *weights_array;
    Plane before = {0}, now = {0};
    Row weights = {0};
    Ballot ballot = {0};
    Py_ssize_t best = 0;
    int32_t votes = 0;
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOO", &before_array, &now_array, &weights_array)) {
        return NULL;
    }
    is_sound = open_plane(before_array, sizeof(uint32_t), FOR_READING, &before) &&
               open_plane(now_array, sizeof(uint32_t), FOR_READING, &now) &&
               open_row(weights_array, sizeof(uint64_t), FOR_READING, &weights) &&
               holds(before.rows == now.rows && before.columns == now.columns, "what is compared differs in size") &&
               holds(before.rows <= MOST_ROWS && before.columns / 2 <= weights.count, "a picture is too large");
    if (is_sound && !open_ballot(now.rows, &ballot)) {
        is_sound = 0;
        PyErr_NoMemory();
    }
    if (is_sound) {
        Py_BEGIN_ALLOW_THREADS
        vote(&before, &now, hashes_of(&weights), &ballot);
        for (Py_ssize_t offset = -now.rows; offset <= now.rows; offset++) {
            if (ballot.votes[offset + now.rows] > votes) {
                votes = ballot.votes[offset + now.rows];
                best = offset;
            }
        }
        Py_END_ALLOW_THREADS
    }
    close_ballot(&ballot);
    close_plane(&before);
    close_plane(&now);
    close_row(&weights);
    return is_sound ? Py_BuildValue("nn", best, (Py_ssize_t)votes) : NULL;
}
