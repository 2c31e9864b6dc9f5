"""Which life of an X server this is: one that ended all sessions may answer again by the same name."""

import secrets

from Xlib import X

from recorder.capture.screen import DISPLAY_GONE, DisplayLostError
from recorder.capture.x11_connection import X11Connection, lost_in_words
from recorder.errors import CannotRecordError

MOST_TRIES = 5  # one alone may be cut in the middle, by whoever cut the connection before


class ServerLife:
    """Knows a server again by an atom of its own: atoms last until the server ends or begins anew."""

    def __init__(self) -> None:
        self._name = f"_TACHIAI_{secrets.token_hex(8)}"
        self._is_marked = False

    def connect(self, display: str | None = None) -> X11Connection:
        """Another connection to the server that the first one was to.

        Raises:
            CannotRecordError: there is none; DisplayLostError: it has begun anew since, which ended all sessions.
        """
        connection = X11Connection(display)
        try:
            self._check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def answers(self, display: str | None = None) -> bool:
        """Whether another connection to the server that the first one was to can be made now."""
        for _ in range(MOST_TRIES):
            try:
                self.connect(display).close()
            except CannotRecordError:
                continue
            return True
        return False

    def _check(self, connection: X11Connection) -> None:
        with lost_in_words():
            is_known = connection.display.intern_atom(self._name, only_if_exists=True) != X.NONE
            if self._is_marked and not is_known:
                raise DisplayLostError(DISPLAY_GONE)
            connection.display.intern_atom(self._name)
        self._is_marked = True
