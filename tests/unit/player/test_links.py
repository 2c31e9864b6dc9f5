"""Links: an id and a number, and nothing else, whoever wrote them; and the desktop that is told of them."""

import configparser
import sys
from types import SimpleNamespace

import pytest

from player import registering
from player.catalogue import recording_in
from player.links import Link, LinkRefusedError, is_link, parse_link
from player.registering import CannotRegisterError, register, unregister
from player.shelf import Shelf
from recorder.errors import UnreadableError
from tests.player_place import Place, told

ID = "20261122T154800Z-5ec0ffee"
S = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (f"tachiai://{ID}", Link(ID)),
        (f"tachiai://{ID}?t=83.25", Link(ID, 83_250_000_000)),
        (f"tachiai://{ID}/?t=0", Link(ID, 0)),
        (f"TACHIAI://{ID.lower()}?t=5", Link(ID, 5 * S)),
    ],
)
def test_a_link_is_an_id_and_a_second(text, link):
    assert parse_link(text) == link


@pytest.mark.parametrize("at_ns", [None, 0, 1_500_000_000, 83_250_000_000, 3_600_000_000_000])
def test_what_is_written_is_what_is_read(at_ns):
    assert parse_link(str(Link(ID, at_ns))) == Link(ID, at_ns)


HOSTILE = (
    "tachiai:", "tachiai://", f"tachiai:{ID}", f"tachiai://{ID}?t=", f"tachiai://{ID}?t=-1", f"tachiai://{ID}?t=1e9",
    f"tachiai://{ID}?t=1&t=2", f"tachiai://{ID}?t=1&library=/etc", f"tachiai://{ID}?key=x", f"tachiai://{ID}#x",
    f"tachiai://{ID}/../..", f"tachiai://../{ID}", "tachiai:///etc/passwd", f"tachiai://user@{ID}", f"tachiai://{ID}:80",
    f"tachiai://{ID}%2f..", f"tachiai://{ID}\n", f"tachiai://{ID}?t=１", f"tachiai://{ID} --library=/x",
    f"tachiai://{ID}?t={'9' * 200}", f"tachiai://{ID}?t=nan", "tachiai://--help",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_else_in_it_is_refused_in_words(text, capsys):
    assert is_link(text)
    with pytest.raises(LinkRefusedError):
        parse_link(text)
    answer = Place(capsys).run(text)
    assert answer.status == 64
    assert "This is not a link to a recording" in told(answer)


@pytest.fixture
def opened(monkeypatch):
    """What the window would have been opened on."""
    seen = []

    def run_window(recording, **more):
        seen.append((recording, more))
        return 0

    monkeypatch.setitem(sys.modules, "player.ui.application", SimpleNamespace(run_window=run_window))
    return seen


def test_a_link_opens_its_moment_from_whichever_library_has_it(capsys, opened, tmp_path):
    place = Place(capsys)
    desk = place.desk(ID)
    desk.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Shelf.of_this_user().use(elsewhere)
    assert place.run(f"tachiai://{ID.lower()}/?t=1.5").status == 0
    (place.folder / ID).rename(elsewhere / ID)
    assert place.run(f"tachiai://{ID}").status == 0
    assert [(folder, more["at_s"]) for folder, more in opened] == [(place.folder / ID, 1.5), (elsewhere / ID, None)]
    assert recording_in([place.folder, elsewhere], ID) == elsewhere / ID
    with pytest.raises(UnreadableError, match="in none of your libraries"):
        recording_in([place.folder], ID)


def test_a_desktop_is_answered_in_the_window_and_may_hand_over_a_segment(capsys, opened):
    place = Place(capsys)
    desk = place.desk(ID)
    desk.close()
    assert place.run("open", "--say-in-window", f"tachiai://{ID[:-1]}0").status == 0
    assert place.run("open", "--say-in-window", HOSTILE[3]).status == 0
    assert place.run("open", "--say-in-window", (place.folder / ID / "0001.seg").as_uri()).status == 0
    (missing, refused, segment) = opened
    assert "in none of your libraries" in missing[1]["refusal"]
    assert "This is not a link" in refused[1]["refusal"]
    assert segment[0] == place.folder / ID


def test_the_desktop_is_told_and_forgets_again(tmp_path, monkeypatch):
    monkeypatch.setattr(registering, "TOOL_LIMIT_S", 20)
    home = {"HOME": str(tmp_path), "PATH": str(tmp_path / "no programs here")}
    done = register(home, ("/opt/with space/50%/tachiai-player", 'a"b'), platform="linux")
    assert done.missing == ("update-desktop-database", "update-mime-database")
    assert {path.relative_to(tmp_path / ".local/share").parts[0] for path in done.files} == {
        "applications",
        "mime",
        "icons",
    }
    entry = configparser.RawConfigParser()
    entry.read(done.files[0], encoding="utf-8")
    said = dict(entry["Desktop Entry"])
    assert said["exec"] == '"/opt/with space/50%%/tachiai-player" "a\\\\"b" open --say-in-window %u'
    assert said["mimetype"] == "x-scheme-handler/tachiai;application/x-tachiai-segment;"
    other = done.files[0].with_name("other.desktop")
    other.write_text("x")
    assert set(unregister(home, platform="linux").files) == set(done.files)
    assert other.exists()
    assert unregister(home, platform="linux").files == ()


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_where_it_is_not_done_that_is_said(platform, tmp_path):
    for work in (
        lambda: register({"HOME": str(tmp_path)}, ("x",), platform=platform),
        lambda: unregister({}, platform=platform),
    ):
        with pytest.raises(CannotRegisterError, match="not done by this version"):
            work()
