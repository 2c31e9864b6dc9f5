"""Several real libraries in the window's access: together, one of them away and back, searched before all is read."""

import pytest

from player.facets import Facets
from player.search import learn
from player.shelf import Shelf
from player.ui import real_libraries
from player.ui.access import Hits
from player.ui.real_libraries import RealLibraries
from recorder.errors import StorageError
from recorder.evidence.keys import KeyRing
from resources.words import read_words

FIRST, SECOND = "20260301T140509Z-00000001", "20260302T140509Z-00000002"


@pytest.fixture
def two(place, tmp_path) -> RealLibraries:
    """The first recording in the library in use, the second in another that is remembered."""
    for session, operator in ((FIRST, "hanako"), (SECOND, "太郎")):
        desk = place.desk(session, operator=operator)
        desk.window("root@web1: ~")
        desk.type("needle")
        desk.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (place.folder / SECOND).rename(elsewhere / SECOND)
    libraries = RealLibraries(place.folder, Shelf(tmp_path / "shelf.json"))
    libraries.use(elsewhere)
    libraries.use(place.folder)
    return libraries


def names(listing):
    return [entry.folder.name for entry in listing.entries]


def search(libraries, place, query="needle", facets=None):
    first: list[Hits] = []
    found = libraries.search(
        query, keys=place.keys, facets=facets or Facets(), keep_on=lambda: None, first=first.append
    )
    return first[0], found


def test_all_libraries_are_listed_and_searched_together(two, place):
    assert names(two.listing()) == [FIRST]
    two.show_all()
    assert names(two.listing()) == [SECOND, FIRST]
    first, found = search(two, place)
    assert (first.hits, [hit.folder.name for hit in found.hits]) == ((), [SECOND, FIRST])
    assert "太郎" in found.hits[0].title
    again, _ = search(two, place)
    assert [hit.folder.name for hit in again.hits] == [SECOND, FIRST], "what was read before is there at once"
    _, narrowed = search(two, place, facets=Facets(operator="hana"))
    assert [hit.folder.name for hit in narrowed.hits] == [FIRST]


def test_a_library_that_is_away_is_as_it_was_seen_last_and_named(two, place, tmp_path):
    two.show_all()
    two.listing()
    search(two, place)
    (tmp_path / "elsewhere").rename(tmp_path / "gone")
    listing = two.listing()
    assert names(listing) == [SECOND, FIRST]
    assert str(tmp_path / "elsewhere") in listing.problem
    two._refreshed_s.clear()
    _, found = search(two, place)
    assert [hit.folder.name for hit in found.hits] == [SECOND, FIRST]
    assert str(tmp_path / "elsewhere") in found.problem
    (tmp_path / "gone").rename(tmp_path / "elsewhere")
    assert two.listing().problem == ""


def test_a_mount_point_without_its_share_is_not_an_empty_library(two, place, tmp_path, monkeypatch):
    devices = iter((1, 2, 1))
    monkeypatch.setattr(real_libraries, "_device_of", lambda _folder: next(devices))
    two.listing()
    (place.folder / FIRST).rename(tmp_path / FIRST)
    assert "is a share not mounted" in two.listing().problem
    assert two.listing().problem == "", "empty on the same disk: it is empty"


def test_the_only_library_that_was_never_there_is_an_error_that_says_what_to_do_in_the_window(tmp_path):
    libraries = RealLibraries(tmp_path / "nowhere", Shelf(tmp_path / "shelf.json"))
    with pytest.raises(StorageError, match=r"There is no library at .*nowhere; open another \(Ctrl\+O\)") as raised:
        libraries.listing()
    assert "--library" not in str(raised.value)
    assert read_words("ja").said(str(raised.value)).startswith(f"{tmp_path / 'nowhere'} にライブラリーがありません。")


def test_the_library_that_one_came_from_is_remembered_unless_it_was_forgotten(place, tmp_path):
    libraries = RealLibraries(place.folder, Shelf(tmp_path / "shelf.json"))
    place.folder.mkdir(parents=True, exist_ok=True)
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    libraries.use(first)
    assert libraries.remembered == (place.folder, first)
    libraries.forget(first)
    libraries.use(second)
    assert libraries.remembered == (place.folder, second)


def test_a_library_that_was_never_there_is_not_remembered(place, tmp_path):
    libraries = RealLibraries(tmp_path / "never", Shelf(tmp_path / "shelf.json"))
    libraries.use(tmp_path)
    assert libraries.remembered == (tmp_path,)


def test_what_no_key_opened_is_missed_by_every_search_until_it_is_read(two, place):
    def search_with(keys):
        return two.search("needle", keys=keys, facets=Facets(), keep_on=lambda: None, first=lambda _hits: None)

    assert [one.session_id for one in search_with(KeyRing).missed] == [FIRST]
    assert [one.session_id for one in search_with(KeyRing).missed] == [FIRST], "also where nothing new is looked for"
    two._refreshed_s.clear()
    assert search_with(place.keys).missed == ()


def test_what_was_missed_while_the_index_was_read_is_missed_by_the_next_search(two):
    two.learn(KeyRing, lambda: None)
    found = two.search("needle", keys=KeyRing, facets=Facets(), keep_on=lambda: None, first=lambda _hits: None)
    assert [one.session_id for one in found.missed] == [FIRST]


def test_a_hit_of_the_index_knows_the_rows_around_it(two, place):
    learn(two.library(), keys=place.keys)
    first, _ = search(two, place)
    rows, at = two.around(first.hits[0])
    assert rows[at].text == "needle"
    assert rows[at - 1].text == "root@web1: ~"
