"""Which process a window's client is, by what the server knows of its connection (X-Resource)."""

from typing import Any

from Xlib.ext import res as xres

from recorder.capture.x11_connection import X11Connection

_ANY = 0  # instead of a client


class ClientPids:
    """Asks the server, which knows whom it is connected to: a window may call itself anything."""

    def __init__(self, connection: X11Connection) -> None:
        self._connection = connection
        self._is_known = connection.has("X-Resource")
        if self._is_known:
            connection.display.res_query_version()

    def of(self, window: int) -> int | None:
        """The process of this window's client; None if it is on another machine or this server does not tell.

        Raises:
            XError: there is no such window any more.
        """
        if not self._is_known:
            return None
        return next(iter(self._pids(window)), None)

    def everybody(self) -> frozenset[int] | None:
        """The processes of this machine that are connected; None if this server does not tell."""
        return frozenset(self._pids(_ANY)) if self._is_known else None

    def _pids(self, client: int) -> list[int]:
        asked = [{"client": client, "mask": xres.LocalClientPIDMask}]
        answer: Any = self._connection.display.res_query_client_ids(asked)
        return [int(one.value[0]) for one in answer.ids if len(one.value) == 1 and one.value[0]]
