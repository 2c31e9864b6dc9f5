"""What a plain recording does not need is not imported at its start, which every operator's machine pays for."""

import subprocess
import sys

NOT_NEEDED = (
    "sqlite_utils",
    "sigma",
    "yaml",
    "pyparsing",
    "smtplib",
    "asyncio",
    "multiprocessing",
    "unittest",
    "email",
)

BEGIN = """
import sys
import app.agent.record
from app.agent.alerting import sending
from app.agent.reading_rules import read_here
from recorder.clock import SystemClock
from recorder.detect.judge import Judge
from recorder.policy.sections import RulesPolicy
from recorder.release import release

Judge(read_here(RulesPolicy()).rules, RulesPolicy())
with sending((), sign=lambda _: b"", clock=SystemClock(), tell=print):
    print(*sorted(set(sys.argv[1:]) & sys.modules.keys()))
"""


def test_a_plain_recording_imports_no_database_no_reader_of_rules_and_no_mail() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN, *NOT_NEEDED], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
