"""A connection to the X server that can wait, be woken, and says in words when the server is gone."""

import contextlib
import errno
import os
import re
import select
import socket
import struct
import threading
from types import TracebackType
from typing import Any

from Xlib import display as xdisplay
from Xlib import error as xerror
from Xlib.protocol import rq

from recorder.capture.screen import DISPLAY_GONE, DisplayLostError
from recorder.capture.x11_property_news import keep_few
from recorder.errors import CannotRecordError

_LOCAL = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")

FILES_SPENT = (
    "No connection to the display can be made, since this program may open no more files; raise that limit (ulimit -n) "
    "and record again."
)

# What python-xlib lets out when the other end is gone, according to where it was just then.
_GONE = (xerror.ConnectionClosedError, OSError, ValueError, TypeError, AttributeError, RuntimeError)


class lost_in_words:  # noqa: N801 - it is used as a word of a `with`, several times at every key: so no generator
    """Turn what python-xlib raises on a dead connection into DisplayLostError."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, xerror.ConnectionClosedError | OSError):
            raise DisplayLostError(DISPLAY_GONE) from error


class FilesSpentError(CannotRecordError):
    """No connection could be made, since this program may open no more files; the display may be there."""


class X11Connection:
    """One thread's connection. `wake` and `cut` may be called from any thread.

    Errors of requests that have no answer (a window that went meanwhile) are normal in X and are let go; requests
    with an answer raise `Xlib.error.XError`.
    """

    def __init__(self, display: str | None = None) -> None:
        try:
            _check_reachable(display or os.environ.get("DISPLAY", ""))
            self.display: Any = xdisplay.Display(display)
        except (xerror.DisplayError, xerror.ConnectionClosedError, xerror.XauthError, OSError) as error:
            _check_files_spent(error)
            name = display or os.environ.get("DISPLAY", "")
            msg = f"The display {name!r} cannot be opened ({error}); check DISPLAY and the permission to use it."
            raise CannotRecordError(msg) from error
        self.display.set_error_handler(lambda _error, _request: None)
        _know_errors(self.display)
        keep_few(self.display.display)
        self.screen: Any = self.display.screen()
        self.root: Any = self.screen.root
        try:
            self._wake_read, self._wake_write = os.pipe()
        except OSError as error:
            self.display.close()
            _check_files_spent(error)
            raise
        os.set_blocking(self._wake_write, False)
        os.set_blocking(self._wake_read, False)
        self._poller_here, self._waiter = select.poll(), select.poll()
        self._waiter.register(self._wake_read, select.POLLIN)
        self._closed = False
        self._closing = threading.Lock()  # once it is closed its numbers are those of other files

    def has(self, extension: str) -> bool:
        """Whether the server has this extension."""
        with lost_in_words():
            return bool(self.display.has_extension(extension))

    def events(self, timeout_s: float | None) -> list[Any]:
        """What has come; waits for something, or `wake`, not longer than the limit.

        Raises:
            DisplayLostError: the server is gone.
        """
        if timeout_s == 0 or self._has_work_here:
            pending = self._pending()
            if pending or timeout_s == 0:
                return pending
        self._wait(timeout_s)
        return self._pending()

    def events_here(self) -> list[Any]:
        """What has come together with the last answer, without looking for more."""
        return [self.display.next_event() for _ in range(len(self.display.display.event_queue))]

    def is_xwayland(self) -> bool:
        """Whether this server only serves X programs inside a Wayland session."""
        with lost_in_words():
            return self.display.query_extension("XWAYLAND") is not None

    def has_input(self) -> bool:
        """Whether something has come from the server, for the price of one system call."""
        with lost_in_words():
            self._poller_here.register(self.display.fileno(), select.POLLIN)
        return bool(self._poller_here.poll(0))

    def focus(self) -> int:
        """The window that has the input focus, or X.NONE or X.PointerRoot. Raises DisplayLostError."""
        with lost_in_words():
            return int(_InputFocus(self.display.display).window)

    def sync(self) -> None:
        """Wait until the server has done everything asked so far. Raises DisplayLostError."""
        with lost_in_words():
            self.display.sync()

    def flush(self) -> None:
        """Send what was asked."""
        if self._has_work_here:
            with lost_in_words():
                self.display.flush()

    def atom(self, name: str) -> int:
        """The server's number for a name."""
        with lost_in_words():
            return int(self.display.get_atom(name))

    def wake(self) -> None:
        """Let a waiting `events` return now."""
        with self._closing, contextlib.suppress(BlockingIOError):  # full: it will wake anyway
            if not self._closed:
                os.write(self._wake_write, b"w")

    def wake_fileno(self) -> int:
        """What becomes readable when `wake` is called, for who waits by itself."""
        return self._wake_read

    def cut(self) -> None:
        """Break the connection off under whoever hangs in it."""
        with contextlib.suppress(OSError, AttributeError):
            self.display.display.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go; may be called twice, and on a dead connection."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            os.close(self._wake_read)
            os.close(self._wake_write)
        with contextlib.suppress(*_GONE):
            self.display.close()

    def _pending(self) -> list[Any]:
        with lost_in_words():
            return [self.display.next_event() for _ in range(self.display.pending_events())]

    @property
    def _has_work_here(self) -> bool:
        """Whether something is still to be sent, or has come and was not taken yet."""
        inner = self.display.display
        return bool(inner.event_queue or inner.request_queue or inner.data_send)

    def _wait(self, timeout_s: float | None) -> None:
        with lost_in_words():
            self._waiter.register(self.display.fileno(), select.POLLIN)
        for ready, _ in self._waiter.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000):
            if ready == self._wake_read:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)


class _InputFocus(rq.ReplyRequest):  # type: ignore[misc]  # python-xlib has no types
    """GetInputFocus, asked at every key: packed once, its answer read with one unpacking."""

    _reply = None
    _ASKING = struct.pack("=BxH", 43, 1)
    _ANSWER = struct.Struct("=2xH4xI20x")

    def __init__(self, display: Any) -> None:
        self._display = display
        self._binary = self._ASKING
        self._serial: int | None = None
        self._data: dict[str, int] | None = None
        self._error: Exception | None = None
        self._response_lock = threading.Lock()
        display.send_request(self, True)
        self.reply()

    def _parse_response(self, data: bytes) -> None:
        sequence, window = self._ANSWER.unpack(data)
        with self._response_lock:
            self._data = {"sequence_number": sequence, "window": int(window)}


def _know_errors(display: Any) -> None:
    """Let python-xlib read every error that the server sends.

    Its RANDR extension puts its own errors in the places of the core's (BadValue, BadRequest) and makes them of a class
    that is none of the protocol's: reading one fails in the middle, and whoever asks next on that connection would spin
    for ever. It does so for all connections of a process, at each that is opened; so this one gets a table of its own.
    """
    wire = display.display
    kept = {code: kind for code, kind in wire.error_classes.items() if issubclass(kind, xerror.XError)}
    wire.error_classes = kept | xerror.xerror_class


def _check_files_spent(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        raise FilesSpentError(FILES_SPENT) from error


def _check_reachable(display: str) -> None:
    """Connect to a local server once by ourselves: python-xlib leaves its sockets open where nobody answers."""
    found = _LOCAL.fullmatch(display)
    if found is None:
        return
    path = f"/tmp/.X11-unix/X{found[1]}"
    for address in (path, f"\0{path}"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried, contextlib.suppress(OSError):
            tried.connect(address)
            return
    msg = f"There is no X server on the display {display!r}; set DISPLAY to that of the session to record."
    raise CannotRecordError(msg)
