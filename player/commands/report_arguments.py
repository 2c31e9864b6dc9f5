"""What `tachiai-player report` is asked on the command line."""

import argparse
from pathlib import Path

from resources.words import LANGUAGES

EPILOG = """\
examples:
  tachiai-player report 20261122 --out report.html
  tachiai-player report 20261122 --out レポート.pdf --language ja

Who, where, when, why; the verdict; what was not recorded; alerts with pictures; commands; applications and the time in
each; reviews; and the hashes of the recording's files. The file needs nothing beside it and runs nothing.
"""
SUFFIXES = (".html", ".htm", ".pdf")


def add_report(report: argparse.ArgumentParser) -> None:
    """What `report` takes besides the recording."""
    report.add_argument("--out", type=_report_file, metavar="FILE", required=True, help="the report: .html or .pdf")
    report.add_argument("--language", choices=LANGUAGES, default="en", help="of the report (default %(default)s)")


def _report_file(text: str) -> Path:
    if Path(text).suffix.lower() not in SUFFIXES:
        msg = f"{text!r} does not end in {', '.join(SUFFIXES)}"
        raise argparse.ArgumentTypeError(msg)
    return Path(text)
