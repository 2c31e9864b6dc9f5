"""Packages that were made to deceive, and packages that must not tell what they were made to leave out."""

import json
import os
import struct
import zipfile

import pytest

from tests.player_place import told
from tests.unit.player.test_package import FIRST, TOP, billing, names_in, packed, text_of


def between_files(content):
    """A file among the others that only their heads tell, not the list at the end."""
    place, end = _list_at(content)
    hidden = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 3, 3, 8, 0) + b"top/evil" + b"ha!"
    at = struct.pack("<L", place + len(hidden))
    return content[:place] + hidden + content[place : end + 16] + at + content[end + 20 :]


def encrypted_head(content):
    """A file whose head says that it is encrypted, while the list says that it is not."""
    return content[:6] + b"\1" + content[7:]


def second_name(content):
    """A file that some programs would unpack under another name."""
    place, end = _list_at(content)
    name_bytes, extra_bytes = struct.unpack_from("<2H", content, place + 28)
    extra = struct.pack("<HHBL", 0x7075, 5 + 8, 1, 0) + b"../../ev"
    entry = content[place : place + 30] + struct.pack("<H", len(extra)) + content[place + 32 : place + 46 + name_bytes]
    rest = content[place + 46 + name_bytes + extra_bytes : end]
    listing = entry + extra + rest
    sizes = struct.pack("<2L", len(listing), place)
    return content[:place] + listing + content[end : end + 12] + sizes + content[end + 20 :]


def _list_at(content):
    end = content.rfind(b"PK\5\6")
    (place,) = struct.unpack_from("<L", content, end + 16)
    return place, end


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (between_files, "that is not on the list"),
        (lambda content: b"#!/bin/sh\n" + content, "something stands at byte 0"),
        (lambda content: content[:-2] + struct.pack("<H", 5) + b"after", "5 bytes stand after"),
        (encrypted_head, "says of itself something else"),
        (second_name, "has a second name"),
    ],
)
def test_what_only_another_unpacker_would_see_is_found(place, out, change, says):
    billing(place).close()
    packed(place, out)
    out.write_bytes(change(out.read_bytes()))
    answer = place.run("check-package", str(out))
    assert (answer.status, says in answer.out) == (2, True), answer.out + answer.notes


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["README.HTML"], "the same name is there twice"),
        (["caf\u00e9.html", "cafe\u0301.html"], "the same name is there twice"),
        (["\u202elmth.exe"], "not printable"),
        (["\x1b]0;title\x07"], "not printable"),
    ],
)
def test_names_that_deceive_are_refused_and_do_nothing_to_the_terminal(place, out, names, says):
    billing(place).close()
    packed(place, out)
    with zipfile.ZipFile(out, "a") as archive:
        for name in names:
            archive.writestr(f"{TOP}/{name}", b"")
    answer = place.run("check-package", str(out))
    assert (answer.status, says in answer.out) == (2, True), answer.out
    assert "\x1b" not in answer.out
    assert "\u202e" not in answer.out


def test_a_pipe_is_not_waited_for(place, tmp_path):
    os.mkfifo(tmp_path / "case.zip")
    assert "is not an evidence package" in told(place.run("check-package", str(tmp_path / "case.zip")))


def test_what_reviewers_and_searchers_quoted_is_not_in_a_redacted_copy_nor_outside_of_its_range(place, out):
    billing(place).close()
    hidden = out.with_name("hidden.json")
    black = {"screen": None, "area": None, "from_s": 4.2, "to_s": 9, "reason": "customer data", "texts": True}
    hidden.write_text(json.dumps([black]), encoding="utf-8")
    for at_s, text in (("1", "early quote"), ("5", "quotes hidden words")):
        assert place.run("review", "add", FIRST, "--at", at_s, "--text", text).status == 0
    assert place.run("review", "mark", FIRST, "violation", "--comment", "hidden words all over").status == 0
    assert place.run("log", FIRST, "--text", "hidden words").status == 0

    def everything():
        return "".join(text_of(out, name) for name in names_in(out) if name.endswith((".html", ".json", ".jsonl")))

    packed(place, out)
    assert "hidden words all over" in everything()
    packed(place, out, "--redact", str(hidden))
    assert "hidden words" not in everything()
    assert "early quote" in text_of(out, "report.html")
    assert "signed files of reviewers" in text_of(out, "README.html")
    packed(place, out, "--from", "3")
    assert "early quote" not in everything()
    packed(place, out, "--to", "3")
    assert "hidden words" not in everything()
    assert "early quote" in text_of(out, "report.html")
    assert place.run("check-package", str(out)).status == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"screen": 7}, "there is no screen 7 in that time (screens there: 0)"),
        ({"area": [5000, 10, 20, 20]}, "its area lies outside of screen 0 (320×200 pixels)"),
        ({"from_s": 8000, "to_s": 9000}, "it begins at 2:13:20.000, and the recording reaches to"),
    ],
)
def test_a_redaction_that_would_hide_nothing_is_refused(place, out, change, says):
    billing(place).close()
    hidden = out.with_name("hidden.json")
    black = {"screen": 0, "area": [1, 2, 30, 40], "from_s": 1, "to_s": 2, "reason": "a name"}
    hidden.write_text(json.dumps([black, black | change]), encoding="utf-8")
    asks = [("package", FIRST, "--out", str(out)), ("export", FIRST, "--log", str(out))]
    for asked in asks:
        answer = place.run(*asked, "--redact", str(hidden))
        assert (answer.status, says in told(answer)) == (4, True), answer.notes
        assert "Redaction 2 of 2 blacks out nothing" in answer.notes
        assert not out.exists()


@pytest.mark.parametrize("change", [{"screen": 7}, {"area": [5000, 10, 20, 20]}])
def test_a_picture_is_not_called_redacted_when_nothing_of_it_is_black(place, out, change):
    billing(place).close()
    hidden = out.with_name("hidden.json")
    black = {"screen": 0, "area": [1, 2, 30, 40], "from_s": 1, "to_s": 2, "reason": "a name"} | change
    hidden.write_text(json.dumps([black]), encoding="utf-8")
    picture = out.with_name("picture.png")
    answer = place.run("frame", FIRST, "--at", "1.5", "--out", str(picture), "--redact", str(hidden))
    assert (answer.status, "blacks out nothing" in told(answer)) == (4, True), answer.notes
    assert not picture.exists()
    assert place.run("frame", FIRST, "--at", "3", "--out", str(picture), "--redact", str(hidden)).status == 0
