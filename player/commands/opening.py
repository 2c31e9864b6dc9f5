"""`open`: the window, on the library, a recording, or the moment that a link names."""

import argparse
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from player.catalogue import recording_in
from player.commands.desk import Desk
from player.handing import Handed, hand_over
from player.library import Library
from player.links import is_link, parse_link
from player.shelf import Shelf
from recorder.errors import WorldError
from recorder.evidence.key_folder import HOME_VARIABLE
from recorder.evidence.library_folder import LIBRARY_VARIABLE

_SEGMENT = re.compile(r"[0-9]{4,5}\.seg")


@dataclass(frozen=True, slots=True)
class _Wanted:
    folder: Path | None
    at_ns: int | None


def run_open(desk: Desk, asked: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    refusal = ""
    try:
        wanted = _wanted(desk, asked)
    except WorldError as error:
        if not asked.say_in_window:
            raise
        wanted, refusal = _Wanted(None, None), str(error)
    wanted = replace(wanted, folder=_as_listed(wanted.folder, desk.library.folder))
    if wanted.folder is not None and not asked.new_window and _is_handed_over(desk, wanted, follow=asked.follow):
        return 0
    from player.ui.application import run_window

    at_s = None if wanted.at_ns is None else wanted.at_ns / 1e9
    return run_window(
        wanted.folder,
        library=desk.library.folder.absolute(),
        at_s=at_s,
        follow=asked.follow,
        refusal=refusal,
        given=desk.given,
        is_library_named=asked.recording is not None or is_library_named(asked.library, os.environ),
    )


def _as_listed(folder: Path | None, library: Path) -> Path | None:
    """As the library's list names it, however the person wrote it: it is the row that is marked there."""
    if folder is None:
        return None
    is_in_library = os.path.realpath(folder.parent) == os.path.realpath(library)
    return (library / folder.name if is_in_library else folder).absolute()


def _is_handed_over(desk: Desk, wanted: _Wanted, *, follow: bool) -> bool:
    """Whether a window that is open has taken it. A reason or a second person that was given stays in this program."""
    given = desk.given
    if wanted.folder is None or given.reason or given.second is not None or given.response is not None:
        return False
    if not hand_over(Handed(str(wanted.folder.absolute()), wanted.at_ns, follow), os.environ):
        return False
    desk.note("It was opened in the window that is open already; --new-window opens another.")
    return True


def is_library_named(given: Path | None, environment: Mapping[str, str]) -> bool:
    """Whether somebody said which library is meant; else the window opens the one that it had last."""
    return given is not None or bool(environment.get(LIBRARY_VARIABLE) or environment.get(HOME_VARIABLE))


def _wanted(desk: Desk, asked: argparse.Namespace) -> _Wanted:
    if asked.recording is None:
        return _Wanted(None, asked.at_ns)
    if is_link(asked.recording):
        link = parse_link(asked.recording)
        libraries = [desk.library.folder, *Shelf.of_this_user().libraries()]
        at_ns = link.at_ns if asked.at_ns is None else asked.at_ns
        return _Wanted(recording_in(libraries, link.session_id), at_ns)
    return _Wanted(_found(desk.library, asked.recording), asked.at_ns)


def _found(library: Library, name: str) -> Path:
    """A desktop hands over files, often as a URL: a segment stands for its recording."""
    path = unquote(urlsplit(name).path) if name.startswith("file:///") else name
    if _SEGMENT.fullmatch(Path(path).name) and Path(path).is_file():
        return Path(path).absolute().parent
    return library.find(path)
