"""What recordings are found by, and that what is not known is not taken for a no."""

from datetime import date
from typing import Any

import pytest

from player.facets import Facets, Traits, holds, select
from player.shelf import SavedSearch, Shelf
from recorder.errors import StorageError, UnreadableError

S = 1_000_000_000
EVENING = 1_772_373_909 * S  # 2026-03-01, 23:05:09 in Tokyo


def traits(**more):
    known: dict[str, Any] = {
        "operator": "花子 (K.Tanaka)",
        "host": "db-prod-03",
        "started_wall_ns": EVENING,
        "utc_offset_s": 9 * 3600,
        "duration_ns": 3600 * S,
        "verdict": "sound",
        "applications": ("xterm", "ＤＢｅａｖｅｒ"),
        "alerts": {"medium": 2},
        "review": "cleared",
    }
    return Traits(**(known | more))


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({}, True), ({"operator": "tanaka"}, True), ({"operator": "花"}, True), ({"operator": "suzuki"}, False),
        ({"host": "PROD"}, True), ({"application": "dbeaver"}, True), ({"application": "psql"}, False),
        ({"from_date": date(2026, 3, 1)}, True), ({"from_date": date(2026, 3, 2)}, True),
        ({"from_date": date(2026, 3, 3)}, False), ({"to_date": date(2026, 3, 1)}, True),
        ({"to_date": date(2026, 2, 28)}, False), ({"longer_than_s": 3599}, True), ({"longer_than_s": 3600}, False),
        ({"shorter_than_s": 3601}, True), ({"shorter_than_s": 3600}, False), ({"verdict": "sound"}, True),
        ({"verdict": "unverified"}, False), ({"alert": "low"}, True), ({"alert": "medium"}, True),
        ({"alert": "high"}, False), ({"alert": "none"}, False), ({"review": "reviewed"}, True),
        ({"review": "cleared"}, True), ({"review": "unreviewed"}, False),
        ({"operator": "tanaka", "host": "web"}, False),
    ],
)  # fmt: skip
def test_a_facet_holds_or_does_not(asked, answer):
    assert holds(Facets(**asked), traits()) is answer


@pytest.mark.parametrize(
    ("asked", "unknown"),
    [
        ({"operator": "x"}, "operator"), ({"application": "x"}, "applications"), ({"alert": "none"}, "alerts"),
        ({"review": "unreviewed"}, "review"), ({"longer_than_s": 1}, "duration_ns"),
        ({"to_date": date(2026, 1, 1)}, "started_wall_ns"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_neither_a_yes_nor_a_no(asked, unknown):
    assert holds(Facets(**asked), traits(**{unknown: None})) is None
    assert holds(Facets(**asked, verdict="altered"), traits(**{unknown: None})) is False


def test_the_unknown_are_counted_beside_those_that_were_selected():
    every = [traits(), traits(applications=None), traits(applications=())]
    selected = select(every, Facets(application="xterm"), lambda one: one)
    assert (selected.items, selected.unknown) == ((every[0],), 1)
    assert select(every, Facets(), lambda one: one).items == tuple(every)


def test_a_facet_is_taken_away_alone():
    facets = Facets(operator="a", longer_than_s=60)
    assert facets.asked == (("operator", "a"), ("longer_than_s", 60))
    assert facets.without("longer_than_s") == Facets(operator="a")


def test_searches_and_libraries_are_kept_under_their_names(tmp_path):
    shelf = Shelf(tmp_path / "home" / "shelf.json")
    assert shelf.libraries() == ()
    facets = Facets(operator="花子", from_date=date(2026, 3, 1), alert="high")
    shelf.save_search(SavedSearch.of(" 請求 ", "stop billing", facets))
    shelf.save_search(SavedSearch.of("other", "x", Facets()))
    assert (shelf.search("請求").text, shelf.search("請求").facets) == ("stop billing", facets)
    shelf.drop_search("請求")
    with pytest.raises(UnreadableError, match="there are: 'other'"):
        shelf.search("請求")
    shelf.use(tmp_path / "one")
    shelf.use(tmp_path / "two")
    shelf.use(tmp_path / "one")
    assert shelf.libraries() == (tmp_path / "one", tmp_path / "two")
    assert shelf.look().current == str(tmp_path / "one")
    shelf.drop(tmp_path / "one")
    assert (shelf.libraries(), shelf.look().current) == ((tmp_path / "two",), None)


def test_a_shelf_that_cannot_be_read_is_named_and_left_as_it_is(tmp_path):
    path = tmp_path / "shelf.json"
    path.write_bytes(b"{not json")
    with pytest.raises(StorageError, match="mend or remove it"):
        Shelf(path).use(tmp_path)
    assert path.read_bytes() == b"{not json"
