"""A desktop to record, and a person's folders to record into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.programs import Site, make_site
from tests.xserver import XServer, start_xvfb


@pytest.fixture
def desktop() -> Iterator[XServer]:
    with start_xvfb(1280, 800) as server:
        server.start_openbox()
        yield server


@pytest.fixture
def site(desktop: XServer, tmp_path: Path) -> Iterator[Site]:
    site = make_site(tmp_path, display=desktop.display)
    yield site
    site.close()


@pytest.fixture
def site_without_display(tmp_path: Path) -> Site:
    return make_site(tmp_path, display=None)
