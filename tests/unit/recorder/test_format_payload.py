"""A chunk's content that is no list of events: an error in words, whatever is in it."""

import random
import zlib

import pytest

from recorder.errors import UnreadableError
from recorder.events import Gap, GapReason, Key, Patch, SessionEnded, Unknown
from recorder.format.payload import decode_events, encode_events

LATER = b"\x91\x93\xa5later\x05"  # one event of a kind that is not known, its third part to follow


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc0",
        b"\x91" * 100_000,
        b"\x81" * 100_000,
        LATER + b"\x91" * 100_000,
        LATER + b"\x81\x90\x00\xc1",
        b"\x91\xdd\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff",
        b"\x91\xc6\xff\xff\xff\xff",
        b"\x91\x93\xa3key\x05\xa1\xf8",  # text that is no UTF-8
        b"\x91\x93\xa3k\xffy\x05\xa1x",
        b"\x91\x93\xa3key\xcf" + b"\xff" * 8 + b"\xa1x",  # a moment beyond all clocks
        b"\x78",
        b"\x78\x9c no stream of zlib",
        zlib.compress(b"\xc0"),
        zlib.compress(encode_events([Key(5, "x")]))[:-1],
        zlib.compress(encode_events([Key(5, "x")])) + b"\x00",
        zlib.compress(bytes(1 << 26) + b"\x00"),  # 65 KB that would be more than a chunk can be
    ],
)
def test_what_is_no_list_of_events_is_refused_in_words(body):
    with pytest.raises(UnreadableError, match="list of events"):
        decode_events(body)


def test_an_event_of_a_later_version_is_kept_as_unknown():
    assert decode_events(LATER + b"\xc0") == [Unknown(5, "later")]


def test_no_mutation_of_a_chunk_is_anything_else_than_events_or_an_error():
    chance = random.Random(20270118)
    sound = encode_events(
        [Key(5, "あ"), Gap(5, 6, "screen", GapReason.GRAB_FAILED), SessionEnded(7, "asked", "words"), Key(8, "x")]
    )
    refused = 0
    for _ in range(5_000):
        body = bytearray(sound)
        for _ in range(chance.randint(1, 3)):
            body[chance.randrange(len(body))] = chance.choice([0x81, 0x91, 0xC7, 0xDD, 0xFF, chance.randrange(256)])
        try:
            decode_events(bytes(body))
        except UnreadableError:
            refused += 1
    assert 0 < refused < 5_000


def test_what_repeats_is_deflated_and_comes_back():
    events = [Key(number, "a") for number in range(500)]
    body = encode_events(events)
    assert len(body) < 2_500
    assert decode_events(body) == decode_events(memoryview(body)) == events


def test_what_is_random_is_kept_as_it_is():
    events = [Patch(5, 0, "change", 64, 16, True, 9, (), random.Random(1).randbytes(5_000))]
    body = encode_events(events)
    assert body[0] == 0x91
    assert decode_events(body) == events
