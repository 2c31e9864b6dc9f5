"""`tachiai-player verify --json` and the second verifier's `--json` use the same words for the same things."""

import json
from pathlib import Path

import pytest

from recorder.evidence.key_folder import keys_folder
from tests.evidence_kit import independent
from tests.player_place import Place

FIRST = "20260301T140509Z-00000001"


def closed(place: Place) -> Path:
    place.desk(FIRST).close()
    return place.folder / FIRST


def sound(place: Place, _elsewhere: Path) -> Path:
    return closed(place)


def interrupted(place: Place, elsewhere: Path) -> Path:
    return place.desk(FIRST).interrupt(elsewhere / "interrupted").folder


def altered(place: Place, _elsewhere: Path) -> Path:
    segment = closed(place) / "0001.seg"
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    return segment.parent


def of_an_unknown_device(place: Place, _elsewhere: Path) -> Path:
    folder = closed(place)
    for path in (keys_folder() / "devices").iterdir():
        path.unlink()
    return folder


def unreadable(place: Place, _elsewhere: Path) -> Path:
    folder = closed(place)
    (folder / "0002.seg").mkdir()
    return folder


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (sound, "sound"),
        (interrupted, "partial"),
        (altered, "altered"),
        (of_an_unknown_device, "cannot_judge"),
        (unreadable, "read_failed"),
    ],
)
def test_both_verifiers_say_the_same_words(
    place: Place,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    make,
    verdict: str,
) -> None:
    folder = make(place, tmp_path)
    ours = place.run("verify", str(folder), "--integrity-only", "--json")
    monkeypatch.setattr("sys.argv", ["verify_recording.py", str(folder), "--json"])
    assert independent().main() == ours.status
    theirs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert theirs[-1] == {name: ours.objects[-1][name] for name in ("type", "verdict", "exit_status")}
    assert theirs[-1]["verdict"] == verdict
    assert {verdict} - {"sound"} <= _severities(theirs[:-1]) & _severities(ours.objects[:-1])


def _severities(findings: list[dict]) -> set[str]:
    assert {finding["type"] for finding in findings} <= {"finding"}
    return {finding["severity"] for finding in findings} - {"note"}
