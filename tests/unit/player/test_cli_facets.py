"""`list` and `search` with facets, in one library and in several."""

import pytest

from player.facets import Facets
from player.library import Library
from player.shelf import SavedSearch, Shelf
from recorder.events import Alert
from recorder.store.index import Index
from recorder.store.uses import Use
from tests.player_place import Place, told
from tests.recordings import S

FIRST, SECOND = "20260301T140509Z-00000001", "20260302T140509Z-00000002"


@pytest.fixture
def two(place: Place) -> Place:
    """Hanako in xterm, with an alert and two minutes long; taro in DBeaver, short. Both typed "needle"."""
    desk = place.desk(FIRST, operator="hanako")
    desk.window("root@web1: ~")
    desk.type("needle")
    desk.emit(Alert(desk.now_ns, "stop-billing", "1", "Billing was stopped", "high", "forbidden"))
    desk.wait(120)
    desk.close()
    desk = place.desk(SECOND, operator="太郎")
    desk.window("console", "/opt/dbeaver/dbeaver")
    desk.type("needle")
    desk.close()
    place.run("reindex")
    return place


def listed(place: Place, *arguments: str) -> list[str]:
    return [one["recording"] for one in place.run("list", "--json", *arguments).objects]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), [SECOND, FIRST]), (("--operator", "HANA"), [FIRST]), (("--operator", "太"), [SECOND]),
        (("--host", "bastion"), [SECOND, FIRST]), (("--application", "beav"), [SECOND]),
        (("--alert", "medium"), [FIRST]), (("--alert", "none"), [SECOND]), (("--alert", "critical"), []),
        (("--longer-than", "1m"), [FIRST]), (("--shorter-than", "60"), [SECOND]),
        (("--from-date", "2026-03-02"), []), (("--to-date", "2026-03-01"), [SECOND, FIRST]),
        (("--verdict", "unverified", "--operator", "hana"), [FIRST]), (("--verdict", "altered"), []),
    ],
)  # fmt: skip
def test_list_keeps_what_every_facet_holds_of(two: Place, arguments, found) -> None:
    assert listed(two, *arguments) == found


def test_search_finds_only_in_the_recordings_that_the_facets_choose(two: Place) -> None:
    found = two.run("search", "needle", "--json", "--application", "xterm").objects
    assert [one["recording"] for one in found] == [FIRST]
    assert two.run("search", "needle", "--alert", "critical").status == 1


def test_what_was_not_read_is_not_called_without_alerts(place: Place) -> None:
    desk = place.desk(FIRST)
    desk.close()
    answer = place.run("list", "--alert", "none", "--json")
    assert answer.objects == []
    assert "1 more recordings it is not known" in told(answer)


def test_a_saved_search_gives_its_text_and_facets(two: Place) -> None:
    Shelf.of_this_user().save_search(SavedSearch.of("mine", "needle", Facets(operator="hanako")))
    assert [one["recording"] for one in two.run("search", "--saved", "mine", "--json").objects] == [FIRST]
    assert listed(two, "--saved", "mine", "--operator", "太郎") == [SECOND]
    assert "there are: 'mine'" in told(two.run("list", "--saved", "yours"))


def test_all_libraries_are_searched_and_one_that_is_away_is_named(two: Place, tmp_path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (two.folder / SECOND).rename(elsewhere / SECOND)
    shelf = Shelf.of_this_user()
    shelf.use(elsewhere)
    shelf.use(tmp_path / "away")
    assert listed(two) == [FIRST]
    answer = two.run("list", "--json", "--all-libraries")
    assert [one["recording"] for one in answer.objects] == [SECOND, FIRST]
    assert str(tmp_path / "away") in told(answer)
    found = two.run("search", "needle", "--json", "--all-libraries").objects
    assert [one["path"] for one in found] == [str(elsewhere / SECOND), str(two.folder / FIRST)]


def test_an_index_made_bit_by_bit_and_one_made_again_count_the_same(place: Place) -> None:
    desk = place.desk(FIRST)
    for title in ("one", "two"):
        desk.window(title)
        desk.type("typed")  # still growing when the index is brought up to date
        desk.seal()
        place.run("search", "x")
        desk.wait(3)
    desk.emit(Alert(desk.now_ns, "rule", "1", "It fired", "low", "why"))
    desk.close()
    place.run("search", "x")
    with Index.open(place.library().index_path) as index:
        bit_by_bit = index.used()
    place.run("reindex")
    with Index.open(place.library().index_path) as index:
        assert index.used() == bit_by_bit
    used = bit_by_bit[FIRST]
    assert used.alerts == (("low", 1),)
    [xterm] = used.applications
    assert isinstance(xterm, Use)
    assert (xterm.application, xterm.first_ns) == ("xterm", 0)
    assert xterm.last_ns >= 3 * S


def test_a_library_that_is_empty_all_at_once_is_not_forgotten(two: Place, tmp_path) -> None:
    for session in (FIRST, SECOND):
        (two.folder / session).rename(tmp_path / session)
    assert two.run("search", "needle").status == 1
    with Index.open(Library(two.folder, devices=two.library().devices).index_path) as index:
        assert set(index.session_ids()) == {FIRST, SECOND}
    for session in (FIRST, SECOND):
        (tmp_path / session).rename(two.folder / session)
    assert len(two.run("search", "needle", "--json").objects) == 2
