"""Whether an X display is locked: who holds its keyboard and its pointer, and whose windows cover its monitors."""

from collections.abc import Callable, Collection, Sequence

from Xlib import error as xerror

from recorder.capture.covering import are_seen
from recorder.capture.linux_process import is_running
from recorder.capture.shown_windows import ShownWindow
from recorder.capture.x11_clients import ClientPids
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.capture.x11_cover_looks import CoverLooks
from recorder.capture.x11_monitors import X11Monitors
from recorder.errors import CannotRecordError


class X11Locking:
    """Asks, on a connection of its own while there is something to ask. For one thread at a time.

    i3lock, slock, xlock, xsecurelock and xtrlock all take the keyboard and the pointer before anything else, keep both
    until the password was right, and give up where they cannot have them; xtrlock shows nothing at all. A window over
    everything alone is not believed: so is a terminal in full-screen mode.
    """

    def __init__(self) -> None:
        self._opened: X11Connection | None = None

    def is_locked_by(self, pids: Collection[int]) -> bool | None:
        """Whether the keyboard and the pointer are held, and one of these processes is at this display at all.

        None if that cannot be asked. Who holds them the server tells nobody.
        """
        return self._asked(lambda connection: _are_held(connection) and _is_one_here(connection, pids))

    def covers(self, windows: Sequence[ShownWindow], shown: Sequence[ShownWindow]) -> bool | None:
        """Whether these windows cover nearly all of every monitor; None if that cannot be asked."""

        def cover(connection: X11Connection) -> bool:
            looks, places = CoverLooks(connection), [place for _, place, _ in X11Monitors(connection).read()]
            numbers = {window.window_id for window in windows}
            return all(are_seen(numbers, shown, place, looks.solid_parts) for place in places)

        return self._asked(cover)

    def is_keyboard_held(self) -> bool | None:
        """Whether what is typed reaches only who took the keyboard for itself; None if that cannot be asked."""
        return self._asked(lambda connection: CoverLooks(connection).is_keyboard_held())

    def close(self) -> None:
        """Let go; may be called twice, and whoever asks again has it opened again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _asked(self, ask: Callable[[X11Connection], bool]) -> bool | None:
        try:
            if self._opened is None:
                self._opened = X11Connection()
            with lost_in_words():
                self._opened.events(0)  # nobody wants them, and they would be kept
                return ask(self._opened)
        except (CannotRecordError, xerror.XError):  # cut off, or something went meanwhile: to be asked anew
            self.close()
            return None


def _are_held(connection: X11Connection) -> bool:
    looks = CoverLooks(connection)
    return looks.is_keyboard_held() and looks.is_pointer_held()


def _is_one_here(connection: X11Connection, pids: Collection[int]) -> bool:
    """Whether one has a connection; one that forked (i3lock, `xtrlock -f`) goes on with that of its parent."""
    here = ClientPids(connection).everybody()
    return here is None or any(pid in pids or not is_running(pid) for pid in here)
