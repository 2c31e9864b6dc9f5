"""Files handed out never take the place of what is not a file."""

import os
from pathlib import Path

import pytest

from player.outfile import write_whole
from recorder.errors import StorageError
from tests.ordinary_user import ordinary_user


def test_a_device_is_refused_and_stays_what_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="not an ordinary file"):
        write_whole(pipe, b"picture")
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "frame.png"
    path.write_bytes(b"before")
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    path, link = tmp_path / "far" / "frame.png", tmp_path / "link"
    path.write_bytes(b"before")
    link.symlink_to(path)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert path.read_bytes() == b"after"


def test_a_folder_that_may_not_be_looked_into_is_said_in_words(open_folder: Path) -> None:
    open_folder.chmod(0)
    with ordinary_user(), pytest.raises(StorageError, match="Permission denied"):
        write_whole(open_folder / "frame.png", b"picture")
