"""`for NAME in WORDS`: what its rounds do is seen, and nothing that none of them does."""

import pytest

from recorder.detect.loops import MOST_ADDED, MOST_LOOPS
from recorder.detect.taking_apart import take_apart


def commands(line, runs):
    return [part["Command"] for part in take_apart(line).parts if part.get("Runs") == runs]


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("for d in /etc /usr; do rm -rf $d; done", "rm -rf /etc /usr"),
        ('for d in /etc /usr; do rm -rf "$d"; done', "rm -rf /etc /usr"),
        ("for d in /home /opt; do rm -rf $d/tmp; done", "rm -rf /home/tmp /opt/tmp"),
        ('for d in /home /opt; do x=$d/tmp; rm -rf "$x"; done', "rm -rf /home/tmp /opt/tmp"),
        ('for d in /a /b; do sh -c "rm -rf $d/x"; done', "rm -rf /a/x /b/x"),
        ("for d in /a /b; do for e in x y; do rm $d/$e; done; done", "rm /a/x /b/x /a/y /b/y"),
        ("for d in /a /b; do :; done; rm $d", "rm /a /b"),
    ],
)
def test_a_word_is_told_once_for_each_round(line, command):
    assert commands(line, "rm") == [command]


def test_what_is_written_to_in_a_loop_is_told_for_each_round():
    (part,) = [part for part in take_apart("for d in a b; do echo x > /etc/$d; done").parts if part["Runs"] == "echo"]
    assert part["Writes"] == ("/etc/a", "/etc/b")


@pytest.mark.parametrize("host", ["$h", "root@$h"])
def test_what_is_done_on_each_machine_is_read_as_on_one(host):
    assert commands(f"for h in web1 web2; do ssh {host} 'sudo rm -rf /etc'; done", "rm") == ["rm -rf /etc"]


def test_loops_add_only_so_much_and_leave_the_name_of_the_rest():
    many = " ".join(["word"] * 200)
    line = f"for a in {many}; do for b in {many}; do rm $a$b; done; done; rm x"
    (within, last) = commands(line, "rm")
    assert len(within) <= 2 * MOST_ADDED
    assert "$" in within
    assert last == "rm x"


def test_beyond_so_many_loops_the_words_stand_together():
    line = "".join(f"for a{at} in x y; do " for at in range(MOST_LOOPS + 1)) + f"rm -rf $a{MOST_LOOPS}"
    assert commands(line, "rm") == ["rm -rf x y"]
