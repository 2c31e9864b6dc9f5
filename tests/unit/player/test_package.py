"""An evidence package holds what it says, is checked without trusting it, and never writes outside of its place."""

import html
import json
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from player.package.sums import read_sums, why_unsafe
from player.persons import Person, Persons, this_person
from player.review.entries import Content, Note
from player.review.state import read_review
from player.review.writing import write_entries
from recorder.errors import UnreadableError
from recorder.evidence.key_folder import keys_folder
from tests import recordings
from tests.player_place import told

FIRST = "20260301T140509Z-00000001"
TOP = f"tachiai-{FIRST}"


def billing(place, **options):
    desk = place.desk(FIRST, **options)
    desk.window("root@db1: ~")
    desk.type("systemctl stop billing")
    desk.press("enter")
    recordings.work(desk, 4)
    desk.window("secret customers.xlsx")
    desk.type("hidden words")
    recordings.work(desk, 3)
    return desk


def packed(place, out, *options):
    answer = place.run("package", FIRST, "--out", str(out), "--video", "none", *options)
    assert answer.status == 0, answer.notes
    return answer


def names_in(out):
    with zipfile.ZipFile(out) as archive:
        return {name.removeprefix(f"{TOP}/") for name in archive.namelist()}


def text_of(out, name):
    with zipfile.ZipFile(out) as archive:
        return archive.read(f"{TOP}/{name}").decode()


def facts_in(report):
    """The second cell of each row of its tables, by the first."""
    rows = re.findall(r"<tr><t[dh][^>]*>(.*?)</t[dh]><td[^>]*>(.*?)</td>", report)
    return {html.unescape(name): html.unescape(value) for name, value in rows}


def rewritten(out, change):
    """The package with its members as `change` gives them: a function from (name, bytes) to such pairs."""
    other = out.with_name("other.zip")
    with zipfile.ZipFile(out) as archive, zipfile.ZipFile(other, "w") as target:
        for entry in archive.infolist():
            for name, content in change(entry.filename, archive.read(entry)):
                target.writestr(name, content)
    return other


def test_a_package_holds_what_an_outsider_needs(place, out):
    billing(place).close()
    packed(place, out)
    assert names_in(out) == {
        "README.html",
        "log.jsonl",
        "report.html",
        "verification.jsonl",
        f"recording/{FIRST}/0001.seg",
        "verify_recording.py",
        "device.json",
        "SHA256SUMS",
        "SHA256SUMS.sig",
        "signer.pem",
        f"ledger/{this_person().person.fingerprint}.json",
    }
    assert place.run("check-package", str(out)).status == 0
    assert (out.stat().st_mode & 0o777) == 0o600


def test_an_outsider_can_check_it_with_ordinary_programs(place, out, tmp_path):
    billing(place).close()
    packed(place, out)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "outside")
    folder = tmp_path / "outside" / TOP
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=folder, check=False).returncode == 0
    message = b"tachiai/person/1\0package\0" + (folder / "SHA256SUMS").read_bytes()
    (folder / "message").write_bytes(message)
    command = "openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in message -sigfile SHA256SUMS.sig"
    assert subprocess.run(command.split(), cwd=folder, check=False, capture_output=True).returncode == 0
    verifier = [sys.executable, "verify_recording.py", f"recording/{FIRST}", "--device", "device.json"]
    assert subprocess.run(verifier, cwd=folder, check=False, capture_output=True).returncode == 0


def test_the_page_lets_an_outsider_see_whose_keys_are_in_the_package_before_anything_rests_on_them(
    place, out, tmp_path
):
    desk = billing(place)
    desk.close()
    packed(place, out)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "outside")
    folder = tmp_path / "outside" / TOP
    commands = html.unescape(text_of(out, "README.html").partition("<pre><code>")[2].partition("</code></pre>")[0])
    printed = subprocess.run(["sh", "-c", commands], cwd=folder, check=True, capture_output=True, text=True).stdout
    key, fingerprint, device = printed.split(maxsplit=2)
    signer = this_person().person
    assert (key, fingerprint) == (signer.public_bytes.hex(), signer.fingerprint)
    assert json.loads(device)["public"] == desk.device.public_bytes.hex()


def test_a_changed_an_added_and_a_missing_file_are_named(place, out):
    billing(place).close()
    packed(place, out)

    def change(name, content):
        if name.endswith("log.jsonl"):
            return [(name, content.replace(b"billing", b"backups"))]
        if name.endswith("report.html"):
            return []
        return [(name, content), (f"{TOP}/note.txt", b"x")] if name.endswith("README.html") else [(name, content)]

    answer = place.run("check-package", str(rewritten(out, change)), "--json")
    assert answer.status == 2
    found = {(thing["flaw"], thing["file"]) for thing in answer.objects if thing["type"] == "package_finding"}
    assert found == {("changed", "log.jsonl"), ("missing", "report.html"), ("not_listed", "note.txt")}


def test_a_list_that_was_made_anew_is_not_what_was_signed(place, out):
    billing(place).close()
    packed(place, out)

    def change(name, content):
        return [(name, content.replace(b"  log.jsonl", b"  other.jsonl") if name.endswith("SUMS") else content)]

    answer = place.run("check-package", str(rewritten(out, change)), "--json")
    assert answer.status == 2
    assert "bad_signature" in {thing.get("flaw") for thing in answer.objects}


def test_a_strangers_package_is_no_better_than_partly_proved_until_they_are_trusted(place, out, tmp_path, monkeypatch):
    billing(place).close()
    other = tmp_path / "other-home"
    shutil.copytree(keys_folder(), other / keys_folder().name)
    packed(place, out)
    monkeypatch.setenv("TACHIAI_HOME", str(other))
    answer = place.run("check-package", str(out), "--json")
    assert answer.status == 1
    last = answer.objects[-1]
    assert (last["standing"], last["signer_name"]) == ("stranger", None)
    Persons.load().trust(Person("Hanako", bytes.fromhex(last["signer"])))
    assert place.run("check-package", str(out)).status == 0


@pytest.mark.parametrize(
    "name",
    [
        "../outside.txt",
        f"{TOP}/../../outside.txt",
        "/etc/outside.txt",
        f"{TOP}\\..\\outside.txt",
        "C:/outside.txt",
        f"{TOP}/a//b",
        f"{TOP}/./b",
        f"{TOP}/con.txt",
        f"{TOP}/trailing. ",
        f"{TOP}/a\u202eb",
    ],
)
def test_an_entry_that_climbs_out_of_its_folder_is_refused_and_nothing_is_written(place, out, tmp_path, name):
    billing(place).close()
    packed(place, out)
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = name
        archive.writestr(entry, b"outside")
    answer = place.run("check-package", str(out), "--json")
    assert answer.status == 2
    assert [thing["flaw"] for thing in answer.objects if thing["type"] == "package_finding"] == ["unsafe_name"]
    assert not list(Path(out.parent).rglob("outside*"))
    assert not list(tmp_path.rglob("outside*"))


def test_a_link_in_a_package_is_refused(place, out):
    billing(place).close()
    packed(place, out)
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo(f"{TOP}/link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert place.run("check-package", str(out)).status == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all" * 100])
def test_what_is_no_package_is_said_in_one_sentence(place, tmp_path, content):
    path = tmp_path / "thing.zip"
    path.write_bytes(content)
    answer = place.run("check-package", str(path))
    assert answer.status == 3
    assert "evidence package" in told(answer)


def test_any_flipped_bit_in_a_package_is_noticed(place, out):
    billing(place).close()
    packed(place, out)
    content = out.read_bytes()
    other = out.with_name("flipped.zip")
    for place_at in range(40, len(content), max(1, len(content) // 40)):
        flipped = bytearray(content)
        flipped[place_at] ^= 0x10
        other.write_bytes(flipped)
        answer = place.run("check-package", str(other))
        if answer.status == 0:  # times and attributes of the zip's own are not evidence
            with zipfile.ZipFile(out) as one, zipfile.ZipFile(other) as two:
                assert [one.read(name) for name in one.namelist()] == [two.read(name) for name in two.namelist()]


def test_only_the_range_and_nothing_redacted_is_in_the_copies(place, out):
    desk = billing(place)
    desk.close()
    hidden = out.with_name("hidden.json")
    area = {"screen": 0, "area": None, "from_s": 4.2, "to_s": 9, "reason": "customer data", "texts": True}
    hidden.write_text(json.dumps([area]), encoding="utf-8")
    packed(place, out, "--redact", str(hidden))
    for name in ("log.jsonl", "report.html"):
        assert "hidden words" not in text_of(out, name)
        assert "secret customers" not in text_of(out, name)
    assert "customer data" in text_of(out, "README.html")
    assert json.loads(text_of(out, "redactions.json"))[0]["reason"] == "customer data"
    packed(place, out, "--to", "2")
    assert "hidden words" not in text_of(out, "log.jsonl") + text_of(out, "report.html")


def test_the_report_of_a_range_says_so_and_how_long_the_session_really_was(place, out):
    billing(place).close()
    packed(place, out)
    whole = facts_in(text_of(out, "report.html"))
    packed(place, out, "--from", "3", "--to", "5")
    report = text_of(out, "report.html")
    part = facts_in(report)
    assert (part["Recorded until"], part["Length"]) == (whole["Recorded until"], whole["Length"])
    assert part["How it was recorded"] == whole["How it was recorded"] != "not known"
    assert "tells only of 0:00:03.000 – 0:00:05.000 of the session" in report
    assert "The whole session" in whole and "The whole session" not in part
    assert "This part of the session" in part


def test_a_package_of_an_altered_recording_says_so(place, out):
    desk = billing(place)
    desk.close()
    chunk = desk.chunks[4]
    recordings.flip(place.folder / FIRST / "0001.seg", chunk.offset_bytes + chunk.size_bytes // 2)
    assert "ALTERED" in packed(place, out).notes
    assert '"verdict": "altered"' in text_of(out, "verification.jsonl")
    assert place.run("check-package", str(out)).status == 2


def test_a_recording_that_grows_is_packed_as_it_is(place, out):
    desk = billing(place)
    desk.seal()
    assert "still being recorded" in packed(place, out).notes
    desk.type("later")
    desk.close()
    assert place.run("check-package", str(out)).status == 1


def test_what_reviewers_said_is_in_the_package(place, out):
    billing(place).close()
    assert place.run("review", "mark", FIRST, "violation", "--comment", "no ticket").status == 0
    packed(place, out)
    assert any(name.startswith("review/") for name in names_in(out))
    assert "no ticket" in text_of(out, "report.html")


def test_who_opened_the_recording_is_in_the_package_and_nothing_of_other_recordings(place, out):
    place.desk("20260302T140509Z-00000002").close()
    billing(place).close()
    assert place.run("log", "20260302T140509Z-00000002").status == 0
    assert place.run("log", FIRST).status == 0
    packed(place, out)
    [name] = [name for name in names_in(out) if name.startswith("ledger/")]
    extract = json.loads(text_of(out, name))
    told_of = {item["entry"].get("recording") for item in extract["items"] if isinstance(item, dict)}
    assert FIRST in told_of
    assert "20260302T140509Z-00000002" not in told_of


def test_nothing_half_made_stays_when_making_fails(place, out):
    billing(place).close()
    answer = place.run("package", FIRST, "--out", str(out), "--from", str(10**6))
    assert answer.status != 0
    assert told(answer)
    assert [path.name for path in out.parent.iterdir() if ".part" in path.name or path.suffix == ".zip"] == []


def test_a_video_is_in_the_package_with_its_subtitles(place, out):
    billing(place).close()
    assert place.run("package", FIRST, "--out", str(out)).status == 0
    assert {"video.webm", "video.vtt"} <= names_in(out)


@pytest.mark.parametrize("line", ["", "zz  name\n", f"{'0' * 64}  ../x\n", f"{'0' * 64}  a\n{'0' * 64}  a\n", "no end"])
def test_a_list_of_hashes_that_is_none_is_refused(line):
    if line == "":
        assert read_sums(b"") == {}
        return
    with pytest.raises(UnreadableError):
        read_sums(line.encode())


def test_ordinary_names_are_safe():
    assert why_unsafe("recording/20260301T140509Z-00000001/0001.seg") == ""
    assert why_unsafe("レポート.html") == ""


@pytest.fixture
def elsewhere(place, out):
    """A package with a review in it, and an empty library to take it into."""
    billing(place).close()
    write_entries(place.folder / FIRST, [Note(Content(0, None, "who stopped billing?"))])
    packed(place, out)
    return out.parent / "elsewhere"


def test_the_recording_of_a_package_is_imported_with_its_reviews(place, out, elsewhere):
    answer = place.run("import", str(out), "--library", str(elsewhere))
    assert (answer.status, answer.out) == (0, f"{elsewhere / FIRST}\n")
    assert "The package is as" in answer.notes
    assert "came along: 1" in answer.notes
    assert (elsewhere / FIRST / "0001.seg").read_bytes() == (place.folder / FIRST / "0001.seg").read_bytes()
    assert [note.content.text for note in read_review(elsewhere / FIRST).notes] == ["who stopped billing?"]
    assert sorted(path.name for path in elsewhere.iterdir()) == [FIRST, f"{FIRST}.review"]


def altered(name, content):
    yield name, content + b"x" if name.endswith(".seg") else content


def climbing(name, content):
    yield name, content
    if name.endswith("README.html"):
        yield f"{TOP}/../../../climbed.seg", b"x"


def foreign(name, content):
    """A review that is not on the signed list."""
    yield name, content
    if name.endswith("README.html"):
        yield f"{TOP}/review/{'0' * 64}.jsonl", b"x"


@pytest.mark.parametrize(
    ("change", "why"),
    [(altered, "not the file whose hash was signed"), (climbing, "leads out of"), (foreign, "not on the signed list")],
)
def test_an_altered_package_is_not_imported_and_nothing_climbs_out_of_it(place, out, elsewhere, change, why):
    other = rewritten(out, change)
    before = sorted(out.parent.iterdir())
    answer = place.run("import", str(other), "--library", str(elsewhere))
    assert answer.status == 3
    assert why in told(answer)
    assert "Nothing was imported" in told(answer)
    assert sorted(out.parent.iterdir()) == before  # neither a library nor anything else came to be


def test_a_zip_that_is_no_package_is_refused(place, out, elsewhere):
    other = rewritten(out, lambda name, content: [(name, content)] if "SHA256SUMS" not in name else [])
    answer = place.run("import", str(other), "--library", str(elsewhere))
    assert (answer.status, "not an evidence package" in told(answer)) == (3, True)
    other.write_text("no zip")
    answer = place.run("import", str(other), "--library", str(elsewhere))
    assert (answer.status, "is not an evidence package" in told(answer)) == (3, True)
