/* Sheets of colours' numbers (numbered.py) become pixels.
 *
 * Unlike the rest of the kernel this reads what somebody's recording says, in the process behind walls. So no length,
 * place or number is used before it was compared with what is there, and what is read cannot change meanwhile: it has
 * to be Python's `bytes`, and what stands in an array is taken from it once.
 */

#include "kernel.h"

#include <stdlib.h>

#define MOST_TILES 512 /* of one sheet */
#define COMMON 248     /* symbols that stand for a colour each; the others are drawers of rare ones */
#define DRAWERS 8
#define ESCAPE 255
#define MOST_COLOURS 65536
#define MOST_RARE (MOST_COLOURS - COMMON)

enum { SOUND = 0, DAMAGED = 1, NO_COLOUR = 2, NO_MEMORY = 3 };

/* What is left to read of a sheet. */
typedef struct {
    const uint8_t *at, *end;
} Rest;

/* A sheet whose parts were found and fit each other. */
typedef struct {
    const uint8_t *symbols, *near, *far;
    Py_ssize_t tiles;
    uint32_t colours[COMMON + DRAWERS];
    uint32_t *rare; /* colours, drawer after drawer */
    uint32_t edges[DRAWERS + 1];
    uint32_t near_at[MOST_TILES + 1], far_at[MOST_TILES + 1]; /* how many stand before each tile */
} Numbered;

static const uint8_t *pass(Rest *rest, Py_ssize_t size) {
    const uint8_t *here = rest->at;
    if (size > rest->end - rest->at) {
        return NULL;
    }
    rest->at += size;
    return here;
}

static long read_byte(Rest *rest) {
    const uint8_t *here = pass(rest, 1);
    return here == NULL ? -1 : here[0];
}

static long word_at(const uint8_t *here) {
    return here[0] | (long)here[1] << 8;
}

static long read_word(Rest *rest) {
    const uint8_t *here = pass(rest, 2);
    return here == NULL ? -1 : word_at(here);
}

/* So many numbers that go up, as bits of all there are. */
static int read_bits(Rest *rest, Py_ssize_t count, uint16_t *used) {
    long size = read_word(rest);
    const uint8_t *bits = size < 0 ? NULL : pass(rest, size);
    Py_ssize_t found = 0;
    if (bits == NULL) {
        return 0;
    }
    for (long i = 0; i < size; i++) {
        for (long bit = 0; bit < 8; bit++) {
            if (bits[i] & 0x80 >> bit) {
                if (found == count || i * 8 + bit >= MOST_COLOURS) {
                    return 0;
                }
                used[found++] = (uint16_t)(i * 8 + bit);
            }
        }
    }
    return found == count;
}

/* The same as steps from one to the next; for a wide one stands the number itself, behind all of them. */
static int read_steps(Rest *rest, Py_ssize_t count, uint16_t *used) {
    const uint8_t *steps = pass(rest, count);
    long number = 0;
    if (steps == NULL) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        long next = steps[i] == ESCAPE ? read_word(rest) : number + steps[i];
        if (next < 0 || next >= MOST_COLOURS || (i > 0 && next <= number)) {
            return 0;
        }
        used[i] = (uint16_t)(number = next);
    }
    return 1;
}

static int read_used(Rest *rest, Py_ssize_t count, uint16_t *used) {
    long form = read_byte(rest);
    if (form < 0 || count < 1) {
        return 0;
    }
    return form == 0 ? read_steps(rest, count, used) : read_bits(rest, count, used);
}

static int change(Rest *rest, int64_t *numbers) {
    uint16_t used[256];
    long count = read_byte(rest);
    const uint8_t *symbols = count < 0 ? NULL : pass(rest, count);
    if (symbols == NULL) {
        return 0;
    }
    for (long i = 0; i < count; i++) {
        if (symbols[i] >= COMMON) {
            return 0;
        }
    }
    if (count > 0 && !read_used(rest, count, used)) {
        return 0;
    }
    for (long i = 0; i < count; i++) {
        numbers[symbols[i]] = used[i];
    }
    return 1;
}

static uint32_t count_from(const uint8_t *bytes, Py_ssize_t size, uint8_t least) {
    uint32_t count = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        count += bytes[i] >= least;
    }
    return count;
}

/* Whether a common symbol occurs from this one on: what a processor compares sixteen at a time. */
static int has_any_from(const uint8_t *symbols, Py_ssize_t size, int first) {
    uint8_t any = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        any |= (uint8_t)(symbols[i] - first) < (uint8_t)(COMMON - first);
    }
    return any;
}

static int has_any(const uint8_t *symbols, Py_ssize_t size, const uint8_t *of) {
    uint8_t any = 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        any |= of[symbols[i]];
    }
    return any;
}

/* The colours of the common symbols; `lacking`: those that have none. Gives the first of these, COMMON if there is
 * none, -1 if a colour never came. */
static int find_colours(Numbered *sheet, const int64_t *numbers, const uint32_t *palette, Py_ssize_t known,
                        uint8_t *lacking, int *lacks) {
    int first = COMMON;
    *lacks = 0;
    for (int i = 0; i < COMMON; i++) {
        int64_t number = numbers[i];
        if (number >= known) {
            return -1;
        }
        lacking[i] = number < 0;
        *lacks += lacking[i];
        first = lacking[i] && first == COMMON ? i : first;
        sheet->colours[i] = lacking[i] ? 0 : palette[number];
    }
    return *lacks == COMMON ? -1 : first;
}

/* One without a colour must not occur. They get theirs in their order, so mostly those from one on have none. */
static int open_common(Numbered *sheet, const int64_t *numbers, const uint32_t *palette, Py_ssize_t known,
                       int is_checked) {
    uint8_t lacking[COMMON + DRAWERS] = {0};
    Py_ssize_t size = sheet->tiles * TILE_PIXELS;
    int lacks, first = find_colours(sheet, numbers, palette, known, lacking, &lacks);
    if (first < 0) {
        return NO_COLOUR;
    }
    if (is_checked || first == COMMON) {
        return SOUND;
    }
    return (lacks == COMMON - first ? has_any_from(sheet->symbols, size, first)
                                    : has_any(sheet->symbols, size, lacking))
               ? DAMAGED
               : SOUND;
}

/* The rare colours, sorted by drawer; those of one drawer stay in their order. `came`: room for as many. */
static int find_rare(Numbered *sheet, const uint16_t *used, Py_ssize_t count, const uint32_t *palette,
                     Py_ssize_t known, uint32_t *came) {
    uint32_t next[DRAWERS];
    memset(sheet->edges, 0, sizeof sheet->edges);
    for (Py_ssize_t i = 0; i < count; i++) {
        if (used[i] >= known) {
            return NO_COLOUR;
        }
        came[i] = palette[used[i]];
        sheet->edges[(came[i] >> 13 & (DRAWERS - 1)) + 1]++;
    }
    for (int drawer = 0; drawer < DRAWERS; drawer++) {
        next[drawer] = sheet->edges[drawer];
        sheet->edges[drawer + 1] += sheet->edges[drawer];
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        sheet->rare[next[came[i] >> 13 & (DRAWERS - 1)]++] = came[i];
    }
    return SOUND;
}

/* Where the places of each tile's rare pixels begin. */
static int find_places(Numbered *sheet, Rest *rest) {
    uint32_t late = 0, far = 0;
    for (Py_ssize_t tile = 0; tile < sheet->tiles; tile++) {
        sheet->near_at[tile] = late;
        late += count_from(sheet->symbols + tile * TILE_PIXELS, TILE_PIXELS, COMMON);
    }
    sheet->near_at[sheet->tiles] = late;
    if ((sheet->near = pass(rest, late)) == NULL) {
        return DAMAGED;
    }
    for (Py_ssize_t tile = 0; tile < sheet->tiles; tile++) {
        uint32_t begin = sheet->near_at[tile];
        sheet->far_at[tile] = far;
        far += count_from(sheet->near + begin, sheet->near_at[tile + 1] - begin, ESCAPE);
    }
    sheet->far_at[sheet->tiles] = far;
    sheet->far = pass(rest, 2 * (Py_ssize_t)far);
    return sheet->far == NULL || rest->at != rest->end ? DAMAGED : SOUND;
}

static int open_rare(Numbered *sheet, Rest *rest, const uint32_t *palette, Py_ssize_t known) {
    long count = read_word(rest);
    uint32_t *came;
    uint16_t *used;
    int found;
    if (count < 0 || count > MOST_RARE) {
        return DAMAGED;
    }
    if (count == 0) {
        memset(sheet->edges, 0, sizeof sheet->edges); /* no drawer holds anything */
        return find_places(sheet, rest) != SOUND || sheet->near_at[sheet->tiles] ? DAMAGED : SOUND;
    }
    sheet->rare = malloc((size_t)count * (2 * sizeof(uint32_t) + sizeof(uint16_t)));
    if (sheet->rare == NULL) {
        return NO_MEMORY;
    }
    came = sheet->rare + count;
    used = (uint16_t *)(void *)(came + count);
    if (!read_used(rest, count, used)) {
        return DAMAGED;
    }
    found = find_rare(sheet, used, count, palette, known, came);
    return found == SOUND ? find_places(sheet, rest) : found;
}

static void put_common(const Numbered *sheet, Py_ssize_t tile, uint32_t *pixels) {
    const uint8_t *symbols = sheet->symbols + tile * TILE_PIXELS;
    for (int y = 0; y < TILE_ROWS; y++) {
        for (int x = 0; x < TILE_COLUMNS; x++) {
            pixels[y * TILE_COLUMNS + x] = sheet->colours[symbols[x * TILE_ROWS + y]];
        }
    }
}

/* A tile with rare colours; 0 if one of them is in no drawer. Without pixels it is only looked at. */
static int put_rare(const Numbered *sheet, Py_ssize_t tile, uint32_t *pixels) {
    const uint8_t *symbols = sheet->symbols + tile * TILE_PIXELS;
    const uint8_t *near = sheet->near + sheet->near_at[tile], *far = sheet->far + 2 * (size_t)sheet->far_at[tile];
    for (int i = 0; i < TILE_PIXELS; i++) {
        uint32_t colour = sheet->colours[symbols[i]];
        if (symbols[i] >= COMMON) {
            int drawer = symbols[i] - COMMON;
            uint32_t place = *near++;
            if (place == ESCAPE) {
                place += (uint32_t)word_at(far);
                far += 2;
            }
            if (place >= sheet->edges[drawer + 1] - sheet->edges[drawer]) {
                return 0;
            }
            colour = sheet->rare[sheet->edges[drawer] + place];
        }
        if (pixels != NULL) {
            pixels[i % TILE_ROWS * TILE_COLUMNS + i / TILE_ROWS] = colour;
        }
    }
    return 1;
}

static int has_rare(const Numbered *sheet, Py_ssize_t tile) {
    return sheet->near_at[tile + 1] != sheet->near_at[tile];
}

/* A sheet is damaged wherever it is: what is wanted of it does not decide that. */
static int is_sound(const Numbered *sheet) {
    for (Py_ssize_t tile = 0; tile < sheet->tiles; tile++) {
        if (has_rare(sheet, tile) && !put_rare(sheet, tile, NULL)) {
            return 0;
        }
    }
    return 1;
}

static int put_tiles(const Numbered *sheet, const Row *wanted, const Plane *tiles) {
    const int64_t *indices = numbers_of(wanted);
    for (Py_ssize_t i = 0; i < wanted->count; i++) {
        int64_t tile = indices[i];
        uint32_t *pixels = pixels_at(tiles, i, 0);
        if (tile < 0 || tile >= sheet->tiles) {
            return 0;
        }
        if (!has_rare(sheet, tile)) {
            put_common(sheet, tile, pixels);
        } else if (!put_rare(sheet, tile, pixels)) {
            return 0;
        }
    }
    return 1;
}

typedef struct {
    Row plain, numbers, palette, wanted;
    Plane tiles;
} Given;

static int decode(Given *given, Py_ssize_t tiles, Py_ssize_t at, int is_checked) {
    Numbered sheet = {.symbols = (const uint8_t *)given->plain.start, .tiles = tiles};
    Rest rest = {sheet.symbols + at, sheet.symbols + given->plain.count};
    const uint32_t *palette = colours_of(&given->palette);
    int found = open_common(&sheet, numbers_of(&given->numbers), palette, given->palette.count, is_checked);
    if (found == SOUND) {
        found = open_rare(&sheet, &rest, palette, given->palette.count);
    }
    if (found == SOUND && ((!is_checked && !is_sound(&sheet)) || !put_tiles(&sheet, &given->wanted, &given->tiles))) {
        found = DAMAGED;
    }
    free(sheet.rare);
    return found;
}

static int open_given(PyObject *const *arrays, Given *given) {
    return open_row(arrays[0], 1, FOR_READING, &given->plain) &&
           open_row(arrays[1], sizeof(int64_t), FOR_READING, &given->numbers) &&
           open_row(arrays[2], sizeof(uint32_t), FOR_READING, &given->palette) &&
           open_row(arrays[3], sizeof(int64_t), FOR_READING, &given->wanted) &&
           open_plane(arrays[4], sizeof(uint32_t), FOR_WRITING, &given->tiles) &&
           holds(given->numbers.count == COMMON, "there is not one number for each symbol") &&
           holds(given->tiles.rows == given->wanted.count && given->tiles.columns == TILE_PIXELS,
                 "there is no room for each tile that is wanted");
}

static void close_given(Given *given) {
    close_row(&given->plain);
    close_row(&given->numbers);
    close_row(&given->palette);
    close_row(&given->wanted);
    close_plane(&given->tiles);
}

PyObject *kernel_numbered_tiles(PyObject *module, PyObject *arguments) {
    PyObject *arrays[5];
    Py_ssize_t tiles, at;
    int is_checked, found = DAMAGED;
    Given given = {0};
    (void)module;
    if (!PyArg_ParseTuple(arguments, "SnnOOOOp:numbered_tiles", &arrays[0], &tiles, &at, &arrays[1], &arrays[2],
                          &arrays[3], &arrays[4], &is_checked)) {
        return NULL;
    }
    if (!open_given(arrays, &given) ||
        !holds(tiles >= 0 && tiles <= MOST_TILES && at >= tiles * TILE_PIXELS && at <= given.plain.count,
               "there are not so many tiles")) {
        close_given(&given);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    found = decode(&given, tiles, at, is_checked);
    Py_END_ALLOW_THREADS
    close_given(&given);
    return found == NO_MEMORY ? PyErr_NoMemory() : PyLong_FromLong(found);
}

PyObject *kernel_change_symbols(PyObject *module, PyObject *arguments) {
    PyObject *bytes, *array;
    Py_ssize_t at;
    Row plain = {0}, numbers = {0};
    PyObject *behind = NULL;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "SnO:change_symbols", &bytes, &at, &array)) {
        return NULL;
    }
    if (open_row(bytes, 1, FOR_READING, &plain) && open_row(array, sizeof(int64_t), FOR_WRITING, &numbers) &&
        holds(numbers.count == COMMON, "there is not one number for each symbol") &&
        holds(at >= 0 && at <= plain.count, "it does not go on there")) {
        const uint8_t *start = (const uint8_t *)plain.start;
        Rest rest = {start + at, start + plain.count};
        int is_sound = change(&rest, numbers_of(&numbers));
        behind = PyLong_FromSsize_t(is_sound ? rest.at - start : -1);
    }
    close_row(&plain);
    close_row(&numbers);
    return behind;
}
