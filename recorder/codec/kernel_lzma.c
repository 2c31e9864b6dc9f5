/* Sheets compressed as a stretch of a raw LZMA stream: what liblzma reads, made in less of its time.
 *
 * Symbols of tiles are mostly long repetitions. liblzma enters every byte of them into its tables; here only both ends
 * of long ones are, by which what lies within is found as well.
 */

#include "kernel_lzma.h"

#define DICTIONARY_BITS 19
#define DICTIONARY ((uint32_t)1 << DICTIONARY_BITS)
#define HASH_BITS 16
#define SPREAD 2654435761u
#define SHORTEST 4 /* of what is looked for; less is taken only where it stood at one of the last distances */
#define MOST_TRIES 32   /* earlier places that are compared */
#define ENTERED_ENDS 32 /* of a long match: so many bytes at both ends are entered into the tables */
#define UNKNOWN 0xFFFFFFFFu
#define MOST_BYTES 0x40000000

/* What is kept from one stretch to the next, in an array of the recorder's. */
enum { LOW, RANGE, CACHE, CACHED, STATE, LAST0, LAST1, LAST2, LAST3, BASE, END, REGISTERS };

static uint32_t common_length(const uint8_t *one, const uint8_t *other, uint32_t most) {
    uint32_t length = 0;
    while (length + 8 <= most && memcmp(one + length, other + length, 8) == 0) {
        length += 8;
    }
    while (length < most && one[length] == other[length]) {
        length++;
    }
    return length;
}

static uint32_t most_at(const Press *press, uint32_t position) {
    uint32_t left = press->end - position;
    return left < LONGEST ? left : LONGEST;
}

static uint32_t *head_of(const Press *press, uint32_t position) {
    const uint8_t *bytes = byte_at(press, position);
    uint32_t four;
    memcpy(&four, bytes, sizeof four);
    return &press->heads[four * SPREAD >> (32 - HASH_BITS)];
}

/* Positions are kept as one more than they are: 0 is none. */
static void enter(Press *press, uint32_t from, uint32_t to) {
    for (; from < to && from + SHORTEST <= press->end; from++) {
        uint32_t *head = head_of(press, from);
        press->chain[from % DICTIONARY] = *head;
        *head = from + 1;
    }
}

/* Whether this, as it is kept, is a place before the position that is not too far away, and still in the window. */
static int may_be_found(const Press *press, uint32_t earlier, uint32_t position) {
    return earlier > press->base && earlier <= position && position - earlier < DICTIONARY - 1;
}

/* The longest of what stood before, nearest first; enters the position. */
static Match longest_at(Press *press, uint32_t position) {
    Match best = {0, 0};
    uint32_t most = most_at(press, position), earlier;
    if (most < SHORTEST) {
        return best;
    }
    earlier = *head_of(press, position);
    enter(press, position, position + 1);
    for (int tries = MOST_TRIES; tries > 0 && may_be_found(press, earlier, position); tries--) {
        const uint8_t *here = byte_at(press, position), *there = byte_at(press, earlier - 1);
        if (best.length == 0 || there[best.length] == here[best.length]) {
            uint32_t length = common_length(here, there, most);
            /* a byte more pays only if it is not much farther */
            if (length > best.length + 1 ||
                (length > best.length && (best.length == 0 || (position - earlier) >> 7 <= best.distance))) {
                best.length = length;
                best.distance = position - earlier;
                if (length == most) {
                    break;
                }
            }
        }
        earlier = press->chain[(earlier - 1) % DICTIONARY];
    }
    if (best.length < SHORTEST) {
        best.length = 0;
    }
    return best;
}

/* How long it goes on at the last distances, and at which the longest. */
static Match again_at(const Press *press, uint32_t position) {
    Match best = {0, 0};
    uint32_t most = most_at(press, position);
    for (uint32_t which = 0; which < 4; which++) {
        if (press->last[which] < position - press->base) {
            uint32_t length = common_length(byte_at(press, position), byte_at(press, position - press->last[which] - 1),
                                            most);
            if (length > best.length) {
                best.length = length;
                best.distance = which;
            }
        }
    }
    return best;
}

static int is_again_better(Match again, Match match) {
    return again.length >= 2 &&
           (again.length + 1 >= match.length || (again.length + 2 >= match.length && match.distance > 1u << 9) ||
            (again.length + 3 >= match.length && match.distance > 1u << 15));
}

/* Whether it pays to let one byte go alone: what begins after it is longer, or is told more cheaply. */
static int is_later_better(Match match, Match next, Match again_next) {
    return next.length > match.length + (next.distance >> 7 > match.distance) ||
           again_next.length + 1 >= match.length;
}

/* What was passed: all of what is short; of what is long both ends, which later bytes will mostly follow. */
static void pass(Press *press, uint32_t entered, uint32_t length) {
    uint32_t next = press->at + length, from = press->at + entered;
    if (length > 2 * ENTERED_ENDS) {
        enter(press, from, press->at + ENTERED_ENDS);
        from = next - ENTERED_ENDS;
    }
    enter(press, from, next);
    press->at = next;
}

/* What comes next, which is `match` at best; what is then known of the place behind it, if it is a byte alone. */
static Match press_one(Press *press, Match match, Match again) {
    const Match unknown = {UNKNOWN, 0};
    Match next = unknown;
    uint32_t entered = 1;
    if (is_again_better(again, match)) {
        put_again(press, (int)again.distance, again.length);
        pass(press, entered, again.length);
        return unknown;
    }
    if (match.length >= SHORTEST && match.length < LONGEST && press->at + 1 < press->end) {
        next = longest_at(press, press->at + 1);
        entered = 2;
    }
    if (match.length < SHORTEST ||
        (entered == 2 && is_later_better(match, next, again_at(press, press->at + 1)))) {
        put_literal(press);
        press->at++;
        return next;
    }
    put_match(press, match);
    pass(press, entered, match.length);
    return unknown;
}

static void press_all(Press *press) {
    Match match = {UNKNOWN, 0};
    while (press->at < press->end) {
        Match again = again_at(press, press->at);
        if (again.length == LONGEST) { /* nothing is longer */
            put_again(press, (int)again.distance, again.length);
            pass(press, match.length != UNKNOWN, again.length);
            match.length = UNKNOWN;
            continue;
        }
        if (match.length == UNKNOWN) {
            match = longest_at(press, press->at);
        }
        match = press_one(press, match, again);
    }
}

/* Keep no more of the window than may be found again, so that there is room behind it. */
static void slide(Press *press, uint8_t *window) {
    uint32_t held = press->end - press->base;
    if (held > DICTIONARY) {
        memmove(window, window + (held - DICTIONARY), DICTIONARY);
        press->base = press->end - DICTIONARY;
    }
}

static void press_pieces(Press *press, const Row *plain, Row *window) {
    for (Py_ssize_t done = 0, piece; done < plain->count; done += piece) {
        Py_ssize_t room = window->count - (Py_ssize_t)(press->end - press->base);
        if (room < plain->count - done) {
            slide(press, (uint8_t *)window->start);
            room = window->count - (Py_ssize_t)(press->end - press->base);
        }
        piece = plain->count - done < room ? plain->count - done : room;
        memcpy(window->start + (press->end - press->base), plain->start + done, (size_t)piece);
        press->end += (uint32_t)piece;
        press_all(press);
    }
}

static void load(Press *press, const uint64_t *registers) {
    press->low = registers[LOW];
    press->range = (uint32_t)registers[RANGE];
    press->cache = (uint8_t)registers[CACHE];
    press->cached = registers[CACHED];
    press->state = (uint32_t)registers[STATE];
    for (int i = 0; i < 4; i++) {
        press->last[i] = (uint32_t)registers[LAST0 + i];
    }
    press->base = (uint32_t)registers[BASE];
    press->at = press->end = (uint32_t)registers[END];
}

static void save(const Press *press, uint64_t *registers) {
    registers[LOW] = press->low;
    registers[RANGE] = press->range;
    registers[CACHE] = press->cache;
    registers[CACHED] = press->cached;
    registers[STATE] = press->state;
    for (int i = 0; i < 4; i++) {
        registers[LAST0 + i] = press->last[i];
    }
    registers[BASE] = press->base;
    registers[END] = press->end;
}

/* Everything that `press` is given: what is to be pressed, what it keeps, and where it is to be put. */
typedef struct {
    Row plain, window, heads, chain, chances, registers, out;
} Given;

static int open_given(PyObject *const *arrays, Given *given) {
    return open_row(arrays[0], 1, FOR_READING, &given->plain) &&
           open_row(arrays[1], 1, FOR_WRITING, &given->window) &&
           open_row(arrays[2], sizeof(uint32_t), FOR_WRITING, &given->heads) &&
           open_row(arrays[3], sizeof(uint32_t), FOR_WRITING, &given->chain) &&
           open_row(arrays[4], sizeof(uint16_t), FOR_WRITING, &given->chances) &&
           open_row(arrays[5], sizeof(uint64_t), FOR_WRITING, &given->registers) &&
           open_row(arrays[6], 1, FOR_WRITING, &given->out) &&
           holds(given->window.count >= 2 * (Py_ssize_t)DICTIONARY && given->window.count < MOST_BYTES &&
                     given->heads.count == (Py_ssize_t)1 << HASH_BITS &&
                     given->chain.count == (Py_ssize_t)DICTIONARY && given->chances.count == PROBABILITIES &&
                     given->registers.count == REGISTERS,
                 "what is kept of a stream has the wrong size");
}

static void close_given(Given *given) {
    close_row(&given->plain);
    close_row(&given->window);
    close_row(&given->heads);
    close_row(&given->chain);
    close_row(&given->chances);
    close_row(&given->registers);
    close_row(&given->out);
}

/* Whether the last distances lead back to what is still in the window, also after it slides. */
static int lead_back(const uint64_t *kept) {
    for (int i = LAST0; i <= LAST3; i++) {
        if (kept[i] >= DICTIONARY) {
            return 0;
        }
    }
    return kept[STATE] < FIRST_AFTER_MATCH || kept[LAST0] < kept[END] - kept[BASE];
}

/* Whether what was kept leads nowhere outside: places found in `heads` and `chain` are checked when they are used. */
static int check_registers(const Given *given) {
    const uint64_t *kept = hashes_of(&given->registers);
    return holds(kept[STATE] < STATES && kept[CACHED] > 0 && kept[CACHED] < MOST_BYTES && kept[RANGE] >> 32 == 0 &&
                     kept[END] < MOST_BYTES && kept[BASE] <= kept[END] &&
                     kept[END] - kept[BASE] <= (uint64_t)given->window.count &&
                     (kept[BASE] == 0 || kept[END] - kept[BASE] >= DICTIONARY) && lead_back(kept),
                 "what is kept of a stream does not fit") &&
           holds(given->plain.count < MOST_BYTES, "this is too much at once");
}

/* press(plain, window, heads, chain, chances, registers, out): write what follows in the stream, and say how many bytes
 * it takes; if that is more than there is room for, the rest was not written, and the stream is lost. */
PyObject *kernel_press(PyObject *module, PyObject *arguments) {
    PyObject *arrays[7];
    Given given = {0};
    Press press = {0};
    int is_sound;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOOOOO", &arrays[0], &arrays[1], &arrays[2], &arrays[3], &arrays[4], &arrays[5],
                          &arrays[6])) {
        return NULL;
    }
    is_sound = open_given(arrays, &given) && check_registers(&given);
    if (is_sound) {
        load(&press, hashes_of(&given.registers));
        press.window = (const uint8_t *)given.window.start;
        press.heads = colours_of(&given.heads);
        press.chain = colours_of(&given.chain);
        press.chances = (uint16_t *)(void *)given.chances.start;
        press.out = (uint8_t *)given.out.start;
        press.room = given.out.count;
        Py_BEGIN_ALLOW_THREADS
        press_pieces(&press, &given.plain, &given.window);
        Py_END_ALLOW_THREADS
        save(&press, hashes_of(&given.registers));
    }
    close_given(&given);
    return is_sound ? PyLong_FromSsize_t(press.size) : NULL;
}
