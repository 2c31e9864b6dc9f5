"""The version that is told is that of the installed package."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from recorder.release import release


def test_it_is_what_the_package_says_of_itself() -> None:
    assert release() == version("tachiai")


def test_the_first_on_the_path_counts_and_none_is_unreleased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setattr(sys, "path", [str(tmp_path / "nowhere"), str(first), str(second)])
    assert release() == "unreleased"
    (second / "tachiai-1.0.0.dist-info").mkdir(parents=True)
    (first / "tachiai_more-3.0.0.dist-info").mkdir(parents=True)
    assert release() == "1.0.0"
    (first / "tachiai-2.0.0rc1.dist-info").mkdir()
    assert release() == "2.0.0rc1"
