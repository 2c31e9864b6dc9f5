"""The rules that come with the program: each says why, shows where that is from, and its examples come out."""

import subprocess
import sys
from pathlib import Path

import pytest

import resources
from recorder.detect.examples import read_example
from recorder.detect.judge import Judge
from recorder.detect.loading import load_rules, rule_files
from recorder.detect.rule import Selection
from recorder.detect.testing import tried_examples
from recorder.policy.sections import Response, RulesPolicy
from resources.rule_words import read_rule_words

FOLDER = resources.path("rules")
ORDINARY_LINES = Path(__file__).with_name("ordinary_lines.txt").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def loaded():
    return load_rules(rule_files([FOLDER]))


def test_they_have_no_fault(loaded):
    assert [str(fault) for fault in loaded.faults] == []
    assert len([rule for rule in loaded.rules if rule.alerts]) >= 60


def test_each_that_alerts_says_why_and_from_where_and_what_is_to_follow(loaded):
    lacking = [
        (rule.file, rule.title)
        for rule in loaded.rules
        if rule.alerts
        and not (rule.reason != rule.title and rule.references and rule.tags and rule.response and rule.severity)
    ]
    assert lacking == []


def test_each_that_alerts_is_said_in_japanese_and_nothing_that_none_says(loaded):
    alerting = [rule for rule in loaded.rules if rule.alerts]
    japanese = read_rule_words("ja")
    assert set(japanese.titles) == {rule.title for rule in alerting}
    assert set(japanese.reasons) == {rule.reason for rule in alerting}
    in_english = [text for text in (*japanese.titles.values(), *japanese.reasons.values()) if text.isascii()]
    assert in_english == []


def test_each_that_alerts_has_an_example_that_fires_and_one_that_must_not(loaded):
    assert [rule.file for rule in loaded.rules if rule.alerts and not (rule.fires and rule.silent)] == []


def test_every_example_comes_out_as_its_rule_says(loaded):
    results = list(tried_examples(loaded.rules))
    assert len(results) > 800
    wrong = [
        f"{one.rule.file}:{one.example.line} should fire: {one.should_fire}" for one in results if not one.is_right
    ]
    assert wrong == []


def alerts_at(judge, line):
    return [alert.title for event in read_example(line, "command", 1).events() for alert in judge.judge(event)]


def test_what_operators_enter_every_day_makes_no_alert(loaded):
    judge = Judge([rule for rule in loaded.rules if isinstance(rule.looks_for, Selection)], RulesPolicy())
    fired = [(line, titles) for line in ORDINARY_LINES if (titles := alerts_at(judge, line))]
    assert len(ORDINARY_LINES) > 500
    assert fired == []


def test_what_locks_or_ends_a_session_asks_what_a_command_runs_and_not_how_a_line_looks(loaded):
    """A line that only speaks of such a thing (grep, an editor, a message) locks nobody out."""
    hard = [rule for rule in loaded.rules if rule.response in (Response.LOCK, Response.END_SESSION)]
    typed = [example.steps[0].what for rule in hard for example in rule.fires if example.steps[0].doing == "type"]
    assert len(typed) > 30
    judge = Judge(hard, RulesPolicy())
    assert all(alerts_at(judge, line) for line in typed[:3])
    spoken = ("grep -rn '{}' docs/", "echo '{}' >> notes.txt", "git commit -m '{}'", "less '{}.txt'")
    lines = [words.format(line) for line in typed if "'" not in line for words in spoken]
    assert [(line, titles) for line in lines if (titles := alerts_at(judge, line))] == []


ORDINARY = """
import sys
from recorder.detect.examples import read_example
from recorder.detect.judge import Judge
from recorder.detect.loading import load_rules, rule_files
from recorder.policy.sections import RulesPolicy
import resources

rules = load_rules(rule_files([resources.path("rules")])).rules
steps = [line.rstrip("\\n") for line in sys.stdin]
judge = Judge(rules, RulesPolicy())
example = read_example(steps, "command", 1)
alerts = [alert for event in example.events() for alert in judge.judge(event)] + judge.finish()
for alert in alerts:
    print(alert.title, "|", alert.rows[-1].text)
"""
AN_ORDINARY_DAY = """ls -la
cd /var/log
less messages
tail -f app.log
grep -rn timeout /etc/nginx
vim notes.txt
git status
git commit -m 'drop the old table of contents'
git push origin main
make test
systemctl status nginx
sudo systemctl restart nginx
journalctl -u nginx --since today
df -h
du -sh *
ps aux | grep java
top
ssh web1
scp web1:/tmp/report.txt .
curl -s https://intranet/health | jq .
docker ps
kubectl get pods
psql ledger
select count(*) from accounts;
update accounts set note = 'x' where id = 7;
exit
tar xzf release.tar.gz
rm -rf build/
cat /etc/hosts
chmod +x deploy.sh
./deploy.sh
python3 -m http.server
man sudoers
history | tail
date
crontab -l
sudo apt update
find . -name '*.pyc' -delete
echo done > /tmp/state
"""


def test_an_ordinary_day_makes_no_alert():
    done = subprocess.run(
        [sys.executable, "-c", ORDINARY], input=AN_ORDINARY_DAY, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == ""
