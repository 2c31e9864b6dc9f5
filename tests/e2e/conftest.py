"""A desktop to record, and a person's folders to record into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.logins import message_bus
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
def bus_site(desktop: XServer, tmp_path: Path) -> Iterator[Site]:
    """A person's, in a session with a message bus."""
    with message_bus(tmp_path) as address:
        site = make_site(tmp_path, display=desktop.display)
        yield site.with_environment(DBUS_SESSION_BUS_ADDRESS=address, QT_QPA_PLATFORM="xcb")
        site.close()


@pytest.fixture
def site_without_display(tmp_path: Path) -> Site:
    return make_site(tmp_path, display=None)
