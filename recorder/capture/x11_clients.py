"""Which process a window's client is, by what the server knows of its connection (X-Resource)."""

from Xlib.ext import res as xres

from recorder.capture.x11_connection import X11Connection


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
        asked = [{"client": window, "mask": xres.LocalClientPIDMask}]
        answer = self._connection.display.res_query_client_ids(asked)
        return next((int(one.value[0]) for one in answer.ids if len(one.value) == 1 and one.value[0]), None)
