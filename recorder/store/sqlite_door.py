"""The only module that speaks to sqlite-utils, and through it to the newest SQLite there is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Database", "Migrations", "sqlite3"]


@contextmanager
def _numpy_left_out() -> Iterator[None]:
    """sqlite-utils takes numpy along if it can, for column types that are not used here.

    That is two thirds of its start (0.10 of 0.16 s), paid by each `list` and `search`. Where numpy is loaded already,
    as in the window, nothing is done.
    """
    if "numpy" in sys.modules:
        yield
        return
    sys.modules["numpy"] = None  # type: ignore[assignment]  # the import system's own way to say "not to be had"
    try:
        yield
    finally:
        del sys.modules["numpy"]


with _numpy_left_out():
    from sqlite_utils import Database, Migrations
    from sqlite_utils import utils as _utils

sqlite3: Any = _utils.sqlite3  # type: ignore[attr-defined]
