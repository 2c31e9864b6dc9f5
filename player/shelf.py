"""What a person keeps to find recordings again: the libraries they use, and searches with a name."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec

from player.facets import Facets
from recorder.errors import StorageError, UnreadableError
from recorder.evidence.files import held, storage_sentence, write_private_file
from recorder.evidence.key_folder import home_folder

MOST_LIBRARIES = 100
MOST_SEARCHES = 200
LONGEST_NAME = 80
MOST_BYTES = 1024 * 1024


class SavedSearch(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A search with its name: the text, and what `Facets` says of the rest."""

    name: str
    text: str = ""
    operator: str = ""
    host: str = ""
    application: str = ""
    from_date: date | None = None
    to_date: date | None = None
    longer_than_s: int | None = None
    shorter_than_s: int | None = None
    verdict: str = ""
    alert: str = ""
    review: str = ""

    @classmethod
    def of(cls, name: str, text: str, facets: Facets) -> "SavedSearch":
        """This search under this name."""
        return cls(name=name, text=text, **dict(facets.asked))  # type: ignore[arg-type]  # the facets' own values

    @property
    def facets(self) -> Facets:
        """What is asked besides the text."""
        return Facets(**{name: getattr(self, name) for name in Facets.__dataclass_fields__})


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies on the shelf. `current` is the library that was used last, "" for all of them together."""

    libraries: tuple[str, ...] = ()
    current: str | None = None
    searches: tuple[SavedSearch, ...] = ()


class Shelf:
    """One small file in the person's own folder. Each change is read, made and written under a lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of_this_user(cls, environment: Mapping[str, str] | None = None) -> "Shelf":
        """The one in the user's own folder."""
        return cls(home_folder(environment) / "shelf.json")

    def look(self) -> Kept:
        """What is kept; nothing if there is no such file.

        Raises:
            StorageError: it is there and cannot be read, or is none of ours.
        """
        try:
            if not self.path.exists():
                return Kept()
            content = self.path.read_bytes()[: MOST_BYTES + 1]
            return msgspec.json.decode(content, type=Kept)
        except (OSError, msgspec.MsgspecError) as error:
            msg = f"{self.path} keeps your libraries and searches, and cannot be read ({error}); mend or remove it."
            raise StorageError(msg) from error

    def libraries(self) -> tuple[Path, ...]:
        """The libraries in the order they came."""
        return tuple(Path(one) for one in self.look().libraries)

    def use(self, library: Path | None) -> None:
        """This library is used now, and remembered; None: all of them together."""
        if library is None:
            self._change(lambda kept: msgspec.structs.replace(kept, current=""))
            return
        name = os.path.abspath(library)  # noqa: PTH100  links stay: they are how the person names it

        def change(kept: Kept) -> Kept:
            others = tuple(one for one in kept.libraries if one != name)
            libraries = kept.libraries if name in kept.libraries else (*others, name)[-MOST_LIBRARIES:]
            return msgspec.structs.replace(kept, libraries=libraries, current=name)

        self._change(change)

    def drop(self, library: Path) -> None:
        """Forget this library; its recordings stay where they are."""

        def change(kept: Kept) -> Kept:
            left = tuple(one for one in kept.libraries if Path(one) != library)
            current = None if kept.current is not None and Path(kept.current) == library else kept.current
            return msgspec.structs.replace(kept, libraries=left, current=current)

        self._change(change)

    def save_search(self, search: SavedSearch) -> None:
        """Keep this search; one of the same name is replaced.

        Raises:
            StorageError: it cannot be written.
            UnreadableError: the name is empty or too long, or there are too many.
        """
        name = search.name.strip()
        if not name or len(name) > LONGEST_NAME:
            msg = f"Give the search a name of at most {LONGEST_NAME} characters."
            raise UnreadableError(msg)
        named = msgspec.structs.replace(search, name=name)

        def change(kept: Kept) -> Kept:
            others = tuple(one for one in kept.searches if one.name != name)
            if len(others) >= MOST_SEARCHES:
                msg = f"{MOST_SEARCHES} searches are kept already; remove one first."
                raise UnreadableError(msg)
            return msgspec.structs.replace(kept, searches=tuple(sorted((*others, named), key=lambda one: one.name)))

        self._change(change)

    def drop_search(self, name: str) -> None:
        """Forget the search of this name."""
        self._change(
            lambda kept: msgspec.structs.replace(kept, searches=tuple(one for one in kept.searches if one.name != name))
        )

    def search(self, name: str) -> SavedSearch:
        """The search of this name.

        Raises:
            UnreadableError: there is none.
        """
        searches = self.look().searches
        found = next((one for one in searches if one.name == name), None)
        if found is None:
            names = ", ".join(repr(one.name) for one in searches) or "none"
            msg = f"There is no saved search {name!r}; there are: {names}."
            raise UnreadableError(msg)
        return found

    def _change(self, change: Callable[[Kept], Kept]) -> None:
        with self._held():
            before = self.look()
            after = change(before)
            if after != before:
                write_private_file(self.path, msgspec.json.format(msgspec.json.encode(after)) + b"\n")

    @contextmanager
    def _held(self) -> Iterator[None]:
        lock = held(self.path.with_name(f".{self.path.name}.lock"))
        try:
            lock.__enter__()
        except OSError as error:
            raise StorageError(storage_sentence(self.path, error)) from error
        try:
            yield
        finally:
            lock.__exit__(None, None, None)
