"""A desktop, a person's folders, and an agent that is made sure to be gone at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.agents import RunningAgent
from tests.e2e.programs import Site, make_site
from tests.xserver import XServer, start_xvfb


@pytest.fixture
def desktop() -> Iterator[XServer]:
    with start_xvfb(800, 600) as server:
        yield server


@pytest.fixture
def site(desktop: XServer, tmp_path: Path) -> Site:
    return make_site(tmp_path, display=desktop.display)


@pytest.fixture
def start_agent(site: Site) -> Iterator[Callable[..., RunningAgent]]:
    started: list[RunningAgent] = []

    def start(*arguments: str, **options: bool) -> RunningAgent:
        started.append(RunningAgent(site, *arguments, **options))
        return started[-1]

    yield start
    for agent in started:
        agent.end()


@pytest.fixture
def agent(start_agent: Callable[..., RunningAgent]) -> RunningAgent:
    return start_agent()
