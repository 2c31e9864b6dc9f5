/* What the two parts that make an LZMA stream share: kernel_lzma.c finds what is repeated, kernel_lzma_bits.c writes it.
 *
 * The stream is LZMA1 with lc = 0, lp = 0 and pb = 3.
 */

#ifndef TACHIAI_KERNEL_LZMA_H
#define TACHIAI_KERNEL_LZMA_H

#include "kernel.h"

#define LONGEST 273 /* of what is repeated */
#define POSITIONS 8 /* pb = 3 */
#define STATES 12
#define FIRST_AFTER_MATCH 7 /* of the states: what comes next is told by what the last distance leads back to */

/* Where each kind of probability begins. */
enum {
    IS_MATCH = 0,
    IS_REP = IS_MATCH + STATES * POSITIONS,
    IS_REP0 = IS_REP + STATES,
    IS_REP1 = IS_REP0 + STATES,
    IS_REP2 = IS_REP1 + STATES,
    IS_REP0_LONG = IS_REP2 + STATES,
    DISTANCE_SLOT = IS_REP0_LONG + STATES * POSITIONS,
    DISTANCE_SPECIAL = DISTANCE_SLOT + 4 * 64,
    DISTANCE_ALIGN = DISTANCE_SPECIAL + 114,
    MATCH_LENGTH = DISTANCE_ALIGN + 16,
    REP_LENGTH = MATCH_LENGTH + 2 + 2 * POSITIONS * 8 + 256,
    LITERAL = REP_LENGTH + 2 + 2 * POSITIONS * 8 + 256,
    PROBABILITIES = LITERAL + 0x300
};

typedef struct {
    const uint8_t *window; /* of which the byte at position p is window[p - base] */
    uint32_t *heads, *chain;
    uint16_t *chances;
    uint8_t *out;
    Py_ssize_t size, room;
    uint64_t low;
    uint32_t range, state, last[4], base, at, end;
    uint64_t cached;
    uint8_t cache;
} Press;

typedef struct {
    uint32_t length, distance; /* one less than how far back it stands */
} Match;

static inline const uint8_t *byte_at(const Press *press, uint32_t position) {
    return press->window + (position - press->base);
}

/* The next byte as it is; two or more as they stood farther back, or at one of the four last distances. None of these
 * goes on to what is next. */
void put_literal(Press *press);
void put_match(Press *press, Match match);
void put_again(Press *press, int which, uint32_t length);

#endif
