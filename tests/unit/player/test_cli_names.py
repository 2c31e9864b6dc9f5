"""What a person names on the command line: a recording by a relative path, a word that nobody can see."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.player_place import Place

FIRST = "20260301T140509Z-00000001"


def session(place: Place, text: str) -> None:
    desk = place.desk(FIRST)
    desk.type(text)
    desk.close()


@pytest.mark.parametrize("given", ["{}/" + FIRST, "./{}/../{}/" + FIRST])
def test_a_recording_that_is_named_by_a_relative_path_is_opened_as_the_list_has_it(
    place: Place, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    session(place, "x")
    asked: list[Path] = []

    def run_window(recording, **_more) -> int:
        asked.append(recording)
        return 0

    monkeypatch.setitem(sys.modules, "player.ui.application", SimpleNamespace(run_window=run_window))
    monkeypatch.chdir(place.folder.parent)
    assert place.run("open", given.replace("{}", place.folder.name)).status == 0
    assert asked == [place.folder / FIRST]


@pytest.mark.parametrize("query", ["\u200b", "\u2060\ufeff", "\u3164", "\u2800 \ufe0f"])
def test_a_query_that_nobody_can_see_is_wrong_usage(place: Place, query: str) -> None:
    session(place, "x")
    answer = place.run("search", query)
    assert (answer.status, "can be seen" in answer.notes) == (64, True)
