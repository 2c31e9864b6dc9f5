"""What `tachiai-player package` and `check-package` are asked on the command line."""

import argparse
from pathlib import Path

from resources.words import LANGUAGES

MAKE_EPILOG = """\
examples:
  tachiai-player package 20261122 --out case-17.zip
  tachiai-player package 20261122 --out case-17.zip --from 600 --to 900 --redact hidden.json
  tachiai-player package 20261122 --out case-17.zip --video none --language ja

One file for outsiders: the video with subtitles, the operation log, a report, the verdict, reviews, the sealed
recording itself with a verifier in one file, a page that tells how to check all of it without Tachiai, and a list of
hashes that you sign. The recording's content stays sealed; log, video and report show it in clear.

exit status:
  0 made · 3 no key, or not a recording · 4 writing failed · 64 wrong usage · 130 stopped by Ctrl-C, and nothing is left
"""
CHECK_EPILOG = """\
examples:
  tachiai-player check-package case-17.zip
  tachiai-player check-package case-17.zip --json

Checks every file against the signed list, the signature, and the recording in it; takes nothing out of the package.

exit status:
  0 whole, signed by somebody you trust, and the recording is complete and sound
  1 whole, but the recording is partial, or the signer is a stranger here (tachiai-player persons trust)
  2 something was altered, is missing, was added, or would climb out of its folder
  3 cannot judge (not a package, or the recording's device is not known here) · 4 the reading failed · 64 wrong usage
"""
VIDEOS = ("webm", "mp4", "none")


def add_package(package: argparse.ArgumentParser) -> None:
    """What `package` takes besides the recording and the range."""
    package.add_argument("--out", type=zip_file, metavar="FILE.zip", required=True, help="the package")
    package.add_argument("--video", choices=VIDEOS, default="webm", help="the video's format (default %(default)s)")
    package.add_argument("--skip-idle", action="store_true", help="cut idle time out of the video")
    package.add_argument("--redact", type=Path, metavar="FILE.json", help="areas and texts to black out in the copies")
    package.add_argument("--without-recording", action="store_true", help="leave the sealed recording out")
    package.add_argument("--language", choices=LANGUAGES, default="en", help="of page and report (default %(default)s)")


def add_check(check: argparse.ArgumentParser) -> None:
    """What `check-package` takes."""
    check.add_argument("package", type=Path, metavar="FILE.zip", help="the package")
    check.add_argument("--json", action="store_true", help="one JSON object a line")


def zip_file(text: str) -> Path:
    """A file that is to be a package."""
    if Path(text).suffix.lower() != ".zip":
        msg = f"{text!r} does not end in .zip"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)
