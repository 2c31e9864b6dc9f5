"""The pipes to a picture worker, with an end of patience: whoever reads or writes is told when the time is up."""

import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Protocol, cast

_AT_ONCE_BYTES = 1 << 20


class Pipes(Protocol):
    """What is said to a worker and heard from it; late is a TimeoutError, an end is a short answer."""

    def begin(self, limit_s: float) -> None:
        """From now on it has so much time."""
        ...

    def write(self, data: bytes) -> None:
        """Send all of it."""
        ...

    def read(self, size: int) -> bytes:
        """So many bytes, fewer if the worker has ended."""
        ...

    def has_some(self) -> bool:
        """Whether there is something to read at once; False where that cannot be told."""
        ...

    def close(self) -> None:
        """The worker has been ended."""
        ...


def pipes_to(process: "subprocess.Popen[bytes]") -> Pipes:
    """As this system can: without a thread where pipes can be polled."""
    return PolledPipes(process) if hasattr(select, "poll") else WatchedPipes(process)


class PolledPipes:
    """Waits on the pipes themselves."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._to = cast("IO[bytes]", process.stdin)
        self._from = cast("IO[bytes]", process.stdout)
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)
        _widen(self._to)
        self._until_s = 0.0
        self._came = bytearray()

    def begin(self, limit_s: float) -> None:
        """As `Pipes` says."""
        self._until_s = time.monotonic() + limit_s

    def write(self, data: bytes) -> None:
        """As `Pipes` says."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._to.fileno(), rest[:_AT_ONCE_BYTES]) :]
            except BlockingIOError:
                self._wait(self._to, select.POLLOUT)

    def read(self, size: int) -> bytes:
        """As `Pipes` says."""
        while len(self._came) < size:
            try:
                more = os.read(self._from.fileno(), max(_AT_ONCE_BYTES, size - len(self._came)))
            except BlockingIOError:
                self._wait(self._from, select.POLLIN)
                continue
            if not more:
                break
            self._came += more
        taken = bytes(self._came[:size])
        del self._came[:size]
        return taken

    def has_some(self) -> bool:
        """As `Pipes` says."""
        waiting = select.poll()
        waiting.register(self._from.fileno(), select.POLLIN)
        return bool(self._came or waiting.poll(0))

    def close(self) -> None:
        """As `Pipes` says."""
        _close(self._to, self._from)

    def _wait(self, pipe: IO[bytes], for_what: int) -> None:
        left_s = self._until_s - time.monotonic()
        waiting = select.poll()
        waiting.register(pipe.fileno(), for_what)
        if left_s <= 0 or not waiting.poll(left_s * 1000):
            raise TimeoutError


class WatchedPipes:
    """Blocks on the pipes; a thread kills the worker when its time is up, which ends them."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._to = cast("IO[bytes]", process.stdin)
        self._from = cast("IO[bytes]", process.stdout)
        self._process = process
        self._condition = threading.Condition()
        self._until_s: float | None = None
        self._stopping = False
        self._is_late = False
        self._thread = threading.Thread(target=self._watch, name="picture worker's watch", daemon=True)
        self._thread.start()

    def begin(self, limit_s: float) -> None:
        """As `Pipes` says."""
        with self._condition:
            self._until_s = time.monotonic() + limit_s
            self._condition.notify()

    def write(self, data: bytes) -> None:
        """As `Pipes` says."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._to.write(rest) :]
        except OSError:
            self._raise_if_late()
            raise

    def read(self, size: int) -> bytes:
        """As `Pipes` says."""
        came = bytearray()
        while len(came) < size and (more := self._from.read(size - len(came))):
            came += more
        if len(came) < size:
            self._raise_if_late()
        with self._condition:
            self._until_s = None
        return bytes(came)

    def has_some(self) -> bool:
        """As `Pipes` says."""
        return False

    def close(self) -> None:
        """As `Pipes` says."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._thread.join()
        _close(self._to, self._from)

    def _raise_if_late(self) -> None:
        if self._is_late:
            raise TimeoutError

    def _watch(self) -> None:
        with self._condition:
            while not self._stopping:
                left_s = None if self._until_s is None else self._until_s - time.monotonic()
                if left_s is not None and left_s <= 0:
                    self._is_late = True
                    self._process.kill()
                    return
                self._condition.wait(left_s)


def _widen(pipe: IO[bytes]) -> None:
    """Room for all that a seek says: else who writes and who reads take turns, sixteen times."""
    import fcntl

    if sys.platform == "linux":
        with suppress(OSError):  # who has many pipes may not have large ones
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _AT_ONCE_BYTES)


def _close(*pipes: IO[bytes]) -> None:
    for pipe in pipes:
        try:
            pipe.close()
        except OSError:  # what was not sent any more
            continue
