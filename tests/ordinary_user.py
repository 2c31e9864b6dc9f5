"""What an ordinary user may not do, tested also where the tests run as root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Be a user without rights to anybody's files, if this is root; it changes the whole process.

    What is to be imported on the way must have been imported before: the programs may lie where only root may read.
    """
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
