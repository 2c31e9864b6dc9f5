/* The bits of an LZMA stream: literals and repetitions by a range coder, as the format has them. */

#include "kernel_lzma.h"

#define TOP ((uint32_t)1 << 24)

static void put_byte(Press *press, uint8_t byte) {
    if (press->size < press->room) {
        press->out[press->size] = byte;
    }
    press->size++;
}

static void shift_low(Press *press) {
    if ((uint32_t)press->low < 0xFF000000u || press->low >> 32 != 0) {
        do {
            put_byte(press, (uint8_t)(press->cache + (uint8_t)(press->low >> 32)));
            press->cache = 0xFF;
        } while (--press->cached != 0);
        press->cache = (uint8_t)(press->low >> 24);
    }
    press->cached++;
    press->low = (press->low & 0x00FFFFFFu) << 8;
}

static inline void put_bit(Press *press, int chance, uint32_t bit) {
    uint16_t *probability = &press->chances[chance];
    uint32_t bound = (press->range >> 11) * *probability;
    if (bit == 0) {
        press->range = bound;
        *probability = (uint16_t)(*probability + ((2048 - *probability) >> 5));
    } else {
        press->low += bound;
        press->range -= bound;
        *probability = (uint16_t)(*probability - (*probability >> 5));
    }
    if (press->range < TOP) {
        press->range <<= 8;
        shift_low(press);
    }
}

static void put_tree(Press *press, int chances, int bits, uint32_t number) {
    uint32_t node = 1;
    while (bits-- > 0) {
        uint32_t bit = number >> bits & 1;
        put_bit(press, chances + (int)node, bit);
        node = node << 1 | bit;
    }
}

static void put_tree_backwards(Press *press, int chances, int bits, uint32_t number) {
    uint32_t node = 1;
    for (; bits > 0; bits--, number >>= 1) {
        put_bit(press, chances + (int)node, number & 1);
        node = node << 1 | (number & 1);
    }
}

static void put_plain_bits(Press *press, int bits, uint32_t number) {
    while (bits-- > 0) {
        press->range >>= 1;
        press->low += press->range & (0u - (number >> bits & 1));
        if (press->range < TOP) {
            press->range <<= 8;
            shift_low(press);
        }
    }
}

static int of_state(const Press *press, int kind) {
    return kind + (int)(press->state * POSITIONS + press->at % POSITIONS);
}

void put_literal(Press *press) {
    uint32_t symbol = *byte_at(press, press->at);
    put_bit(press, of_state(press, IS_MATCH), 0);
    if (press->state < FIRST_AFTER_MATCH) {
        put_tree(press, LITERAL, 8, symbol);
    } else { /* it is not what would have gone on with the match */
        uint32_t other = *byte_at(press, press->at - press->last[0] - 1), offset = 0x100;
        for (symbol += 0x100; symbol < 0x10000; offset &= ~(other ^ symbol)) {
            other <<= 1;
            put_bit(press, LITERAL + (int)(offset + (other & offset) + (symbol >> 8)), symbol >> 7 & 1);
            symbol <<= 1;
        }
    }
    press->state = press->state < 4 ? 0 : press->state < 10 ? press->state - 3 : press->state - 6;
}

static void put_length(Press *press, int chances, uint32_t length) {
    int position = (int)(press->at % POSITIONS) * 8, low = chances + 2, middle = low + POSITIONS * 8;
    length -= 2;
    put_bit(press, chances, length >= 8);
    if (length < 8) {
        put_tree(press, low + position, 3, length);
        return;
    }
    put_bit(press, chances + 1, length >= 16);
    if (length < 16) {
        put_tree(press, middle + position, 3, length - 8);
    } else {
        put_tree(press, middle + POSITIONS * 8, 8, length - 16);
    }
}

static void put_distance(Press *press, uint32_t distance, uint32_t length) {
    uint32_t slot = distance, bits = 0;
    if (distance >= 4) {
        while (distance >> bits > 3) {
            bits++;
        }
        slot = (distance >> bits & 1) + 2 * bits + 2;
    }
    put_tree(press, DISTANCE_SLOT + 64 * (int)(length < 6 ? length - 2 : 3), 6, slot);
    if (slot >= 14) {
        put_plain_bits(press, (int)bits - 4, distance >> 4 & ((1u << (bits - 4)) - 1));
        put_tree_backwards(press, DISTANCE_ALIGN, 4, distance & 15);
    } else if (slot >= 4) {
        uint32_t first = (2 | (slot & 1)) << bits;
        put_tree_backwards(press, DISTANCE_SPECIAL + (int)first - (int)slot - 1, (int)bits, distance - first);
    }
}

void put_match(Press *press, Match match) {
    put_bit(press, of_state(press, IS_MATCH), 1);
    put_bit(press, IS_REP + (int)press->state, 0);
    put_length(press, MATCH_LENGTH, match.length);
    put_distance(press, match.distance, match.length);
    memmove(press->last + 1, press->last, 3 * sizeof press->last[0]);
    press->last[0] = match.distance;
    press->state = press->state < FIRST_AFTER_MATCH ? 7 : 10;
}

void put_again(Press *press, int which, uint32_t length) {
    int state = (int)press->state;
    put_bit(press, of_state(press, IS_MATCH), 1);
    put_bit(press, IS_REP + state, 1);
    put_bit(press, IS_REP0 + state, which != 0);
    if (which == 0) {
        put_bit(press, of_state(press, IS_REP0_LONG), 1); /* a single byte is told as it is */
    } else {
        uint32_t distance = press->last[which];
        put_bit(press, IS_REP1 + state, which != 1);
        if (which > 1) {
            put_bit(press, IS_REP2 + state, which == 3);
        }
        memmove(press->last + 1, press->last, (size_t)which * sizeof distance);
        press->last[0] = distance;
    }
    put_length(press, REP_LENGTH, length);
    press->state = state < FIRST_AFTER_MATCH ? 8 : 11;
}
