"""Redactions: what the file may say, and what it takes away from pictures and rows."""

import json

import numpy as np
import pytest

from player.source import Picture
from player.video.redaction import (
    Redaction,
    RedactionError,
    load_redactions,
    redacted_picture,
    redacted_rows,
    save_redactions,
)
from recorder.geometry import Rect
from recorder.logrow import LogRow

S = 1_000_000_000
ONE = {"screen": 0, "area": [10, 20, 30, 40], "from_s": 1.123456789, "to_s": 2, "reason": "a name"}


def written(tmp_path, thing):
    path = tmp_path / "black.json"
    path.write_text(thing if isinstance(thing, str) else json.dumps(thing), encoding="utf-8")
    return path


def test_what_was_saved_is_read_again_to_the_nanosecond(tmp_path):
    redactions = (
        Redaction(0, Rect(10, 20, 30, 40), 1_123_456_789, 2 * S, "名前", texts=True),
        Redaction(1, None, 0, 5, "all of it"),
        Redaction(None, None, 0, S, "words alone", texts=True),
    )
    save_redactions(tmp_path / "black.json", redactions)
    assert load_redactions(tmp_path / "black.json") == redactions


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        ("", "not JSON"),
        ("{}", "not a list"),
        ("[1]", "entry 1: it should be an object"),
        ([{**ONE, "are": 1}], '"are" means nothing'),
        ([{key: value for key, value in ONE.items() if key != "reason"}], '"reason" is missing'),
        ([{**ONE, "area": [1, 2, 3]}], "left, top, width, height"),
        ([{**ONE, "area": [1, 2, 0, 5]}], "left, top, width, height"),
        ([{**ONE, "area": [-1, 2, 3, 5]}], "left, top, width, height"),
        ([{**ONE, "area": [True, 2, 3, 5]}], "left, top, width, height"),
        ([{**ONE, "to_s": 0.5}], "before from_s"),
        ([{**ONE, "from_s": "1"}], "from_s is not a number"),
        ("[" + json.dumps(ONE).replace("1.123456789", "NaN") + "]", "from_s is not a number"),
        ("[" + json.dumps(ONE).replace("1.123456789", "1e999999999") + "]", "from_s is not a number"),
        ([{**ONE, "reason": " "}], "reason is a sentence"),
        ([{**ONE, "screen": 0.5}], "not a screen's number"),
        ([{**ONE, "screen": None}], "texts is true or false"),
        ([ONE, {**ONE, "texts": 1}], "entry 2: texts"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_does_not_say_what_is_meant_is_refused_in_a_sentence(tmp_path, thing, says):
    with pytest.raises(RedactionError, match=r"black\.json") as refused:
        load_redactions(written(tmp_path, thing))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(RedactionError, match="cannot be read"):
        load_redactions(tmp_path / "nothing.json")


def test_a_row_in_a_redacted_time_loses_its_words_and_stays():
    rows = [
        LogRow(0, 0, "window", "before"),
        LogRow(S, 3 * S, "text", "secret", "was erased", "xterm", "title", (S,) * 6, also="more secret"),
        LogRow(9 * S, 9 * S, "click", "after", x_px=1, y_px=2),
    ]
    kept = redacted_rows(rows, [Redaction(0, None, 2 * S, 4 * S, "a name", texts=True)])
    assert kept[0] == rows[0]
    assert kept[2] == rows[2]
    assert kept[1] == LogRow(S, 3 * S, "text", "[redacted: a name]")
    assert redacted_rows(rows, [Redaction(0, None, 2 * S, 4 * S, "pictures alone")]) == rows


def test_a_single_picture_is_blacked_out_exactly_there():
    bgr = np.full((50, 60, 3), 200, np.uint8)
    picture = Picture(0, 0, bgr, exact=True)
    one = Redaction(0, Rect(10, 5, 20, 30), S, 2 * S, "a name")
    black = redacted_picture(picture, [one], S).bgr
    assert not black[5:35, 10:30].any()
    assert (black == 0).all(axis=2).sum() == 20 * 30
    assert redacted_picture(picture, [one], 3 * S) is picture
    assert not redacted_picture(picture, [Redaction(0, None, 0, S, "all")], 0).bgr.any()
    assert redacted_picture(picture, [Redaction(1, None, 0, S, "another screen")], 0) is picture
