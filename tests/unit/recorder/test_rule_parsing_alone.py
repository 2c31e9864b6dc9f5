"""What the lock leaves out of pysigma's dependencies is needed by nothing that we use of it."""

import subprocess
import sys

LEFT_OUT = ("requests", "urllib3", "diskcache", "jinja2", "jq", "markupsafe", "certifi", "idna", "charset_normalizer")

READ_A_RULE = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1:]:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
from sigma.correlations import SigmaCorrelationRule
from sigma.rule import SigmaRule
rule = SigmaRule.from_yaml(sys.stdin.read())
print(rule.detection.parsed_condition[0].parsed)
"""
RULE = """
title: One
logsource: {category: command}
detection: {a: {CommandLine|re: 'rm -r+f'}, b: {CommandLine|windash|contains: ' -x '}, condition: a and not 1 of b*}
level: low
"""


def test_a_rule_is_read_without_what_the_lock_leaves_out():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", READ_A_RULE, *LEFT_OUT],
        input=RULE,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "rm -r+f" in done.stdout
