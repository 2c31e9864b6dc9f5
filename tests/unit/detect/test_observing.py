"""From events to what rules are held against."""

import pytest

from recorder.agent_events import EvasionSign
from recorder.detect.addresses import addresses
from recorder.detect.examples import read_example
from recorder.detect.observing import LONGEST_RUN, Observer
from recorder.events import Key, ProcessStarted, SessionStarted, WallClockChanged, Window, WindowActive
from recorder.pieces import TYPING_PAUSE_NS, key_words

S = 1_000_000_000
TERMINAL = Window(1, "root@web1", "xterm", 10, "/usr/bin/xterm")
WRITER = Window(2, "letter", "soffice.bin", 11, "/usr/bin/soffice.bin")


def typed(text, at_ns, step_ns=10_000_000):
    return [Key(at_ns + place * step_ns, character) for place, character in enumerate(text)]


def observe(*events):
    observer = Observer()
    return [seen for event in events for seen in observer.take(event)] + observer.finish()


def of(category, seen):
    return [one for one in seen if one.category == category]


def test_a_line_is_told_when_enter_is_pressed():
    observer = Observer()
    for event in (WindowActive(0, TERMINAL), *typed("sudo rm -rf /x", S)):
        assert not of("command", observer.take(event))
    (line,) = of("command", observer.take(Key(2 * S, "\r", "enter")))
    assert line.at_ns == 2 * S
    assert line.fields["CommandLine"] == "sudo rm -rf /x"
    assert line.fields["Program"] == ("sudo", "rm")
    assert (line.fields["Evidence"], line.fields["Application"]) == ("typed", "xterm")
    assert (line.row.at_ns, line.row.text) == (S, "sudo rm -rf /x")


def test_a_line_whose_enter_comes_after_a_pause_is_told_at_enter_and_once():
    observer = Observer()
    for event in (WindowActive(0, TERMINAL), *typed("halt", S)):
        observer.take(event)
    (line,) = of("command", observer.take(Key(60 * S, "\r", "enter")))
    assert line.fields["CommandLine"] == "halt"
    later = [seen for event in typed("ls", 70 * S) for seen in observer.take(event)]
    later += observer.take(Key(80 * S, "\r", "enter")) + observer.finish()
    assert [one.fields["CommandLine"] for one in of("command", later)] == ["ls"]


@pytest.mark.parametrize(
    "key",
    [
        *(Key(2 * S, "", letter, ("ctrl",)) for letter in "jmo"),
        *(Key(2 * S, "\r", "enter", held) for held in (("shift",), ("ctrl",), ("ctrl", "shift"))),
        Key(2 * S, "\n", "", ("ctrl",)),  # a keyboard that gives Ctrl+J as its character
    ],
    ids=key_words,
)
def test_a_line_is_told_at_once_whichever_key_enters_it(key):
    observer = Observer()
    for event in (WindowActive(0, TERMINAL), *typed("halt", S)):
        observer.take(event)
    (line,) = of("command", observer.take(key))
    assert line.fields["CommandLine"] == "halt"
    later = [seen for event in typed("ls", 70 * S) for seen in observer.take(event)]
    later += observer.take(Key(80 * S, "\r", "enter")) + observer.finish()
    assert [one.fields["CommandLine"] for one in of("command", later)] == ["ls"]


def test_a_pasted_line_is_told_at_once_with_what_was_typed_before_it():
    observer = Observer()
    for event in (WindowActive(0, TERMINAL), *typed("sudo ", S), Key(2 * S, "", "insert", ("shift",))):
        observer.take(event)
    pasted = EvasionSign(2 * S + 1, "pasted_instead_of_typed", "", 10, text="rm -rf /srv\nhalt\nls")
    lines = of("command", observer.take(pasted))
    assert [line.fields["CommandLine"] for line in lines] == ["sudo rm -rf /srv", "halt"]
    later = observer.take(Key(5 * S, "\r", "enter")) + observer.finish()
    assert [line.fields["CommandLine"] for line in of("command", later)] == ["ls"]


def test_what_is_typed_elsewhere_is_no_line():
    assert not of("command", observe(WindowActive(0, WRITER), *typed("rm -rf /", S), Key(2 * S, "\r", "enter")))


def test_text_is_told_while_it_grows_and_again_when_it_is_whole():
    observer = Observer()
    for event in (WindowActive(0, WRITER), *typed("confid", S)):
        observer.take(event)
    (growing,) = observer.look(1_100_000_000)
    assert (growing.fields["Text"], growing.is_growing, growing.run_end) == ("confid", True, 6)
    assert observer.look(1_150_000_000) == []
    assert observer.look_due_ns == growing.at_ns + TYPING_PAUSE_NS
    (whole,) = observer.look(10 * S)  # a pause ends it, whether or not anything else happens
    assert (whole.fields["Text"], whole.is_growing) == ("confid", False)
    assert observer.look_due_ns is None
    observer.take(Key(10 * S, "x"))
    assert observer.look_due_ns == 10 * S, "what came since is told at once"


def test_text_across_pauses_is_one_stretch():
    seen = of("text", observe(WindowActive(0, WRITER), *typed("confi", S), *typed("dential", 20 * S)))
    assert [one.fields["Text"] for one in seen] == ["confi", "confidential"]
    assert seen[0].run == seen[1].run
    other = of("text", observe(WindowActive(0, WRITER), *typed("a", S), Key(2 * S, "\t", "tab"), *typed("b", 3 * S)))
    assert [one.fields["Text"] for one in other] == ["a", "b"]
    assert other[0].run != other[1].run


def test_what_is_erased_was_told_before():
    erasing = [Key(2 * S + place, "", "backspace") for place in range(6)]
    seen = of("text", observe(WindowActive(0, WRITER), *typed("secret", S), *erasing, *typed("hello", 3 * S)))
    assert [one.fields["Text"] for one in seen] == ["secret", "hello"]


def test_a_stretch_of_text_is_bounded():
    seen = of("text", observe(WindowActive(0, WRITER), *typed("x" * 5000 + "end", S)))
    assert len(seen[-1].fields["Text"]) == LONGEST_RUN
    assert seen[-1].fields["Text"].endswith("end")
    assert seen[-1].run_end == 5003


def test_a_process_is_told_twice_and_knows_its_parent():
    shell = ProcessStarted(S, 100, 1, "bash", "/bin/bash", ("bash", "-l"), found=True)
    curl = ProcessStarted(2 * S, 101, 100, "curl", "/usr/bin/curl", ("curl", "-T", "my file", "http://10.0.0.9/"))
    seen = observe(shell, curl)
    assert [(one.category, one.fields.get("Found")) for one in seen] == [
        ("process", "yes"),
        ("process", "no"),
        ("command", None),
    ]
    process, command = seen[1:]
    assert process.fields["CommandLine"] == command.fields["CommandLine"] == "curl -T 'my file' http://10.0.0.9/"
    assert process.fields["ParentImage"] == "/bin/bash"
    assert process.fields["ParentCommandLine"] == "bash -l"
    assert (command.fields["Address"], command.fields["Evidence"]) == (("10.0.0.9",), "process")


def test_a_window_is_told_when_it_or_its_title_is_another():
    moved = Window(1, "root@web1", "xterm", 10, "/usr/bin/xterm", None)
    renamed = Window(1, "vi /etc/shadow", "xterm", 10, "/usr/bin/xterm")
    seen = of("window", observe(WindowActive(0, TERMINAL), WindowActive(S, moved), WindowActive(2 * S, renamed)))
    assert [one.fields["WindowTitle"] for one in seen] == ["root@web1", "vi /etc/shadow"]


def started(offset_s=0, wall_s=1_767_571_200):  # Monday, 5 January 2026, 00:00 UTC
    return SessionStarted(0, "id", "alice", "web1", "", wall_s * S, offset_s, "tachiai", "x11", "text")


def moment(*events):
    return {name: events_fields[name] for events_fields in [observe(*events)[-1].fields] for name in WHEN}


WHEN = ("Hour", "Minute", "TimeOfDay", "Weekday", "Operator", "Host")


def test_the_time_of_day_is_that_of_the_recorded_machine():
    fields = moment(started(), WindowActive(3600 * S + 61 * S, TERMINAL))
    assert fields == {
        "Hour": 1,
        "Minute": 1,
        "TimeOfDay": "01:01",
        "Weekday": "monday",
        "Operator": "alice",
        "Host": "web1",
    }
    tokyo = moment(started(offset_s=9 * 3600), WindowActive(S, TERMINAL))
    assert (tokyo["Hour"], tokyo["Weekday"]) == (9, "monday")
    west = moment(started(offset_s=-5 * 3600), WindowActive(S, TERMINAL))
    assert (west["Hour"], west["Weekday"]) == (19, "sunday")


def test_the_time_of_day_follows_a_clock_that_is_set():
    jump = WallClockChanged(S, (1_767_571_200 + 12 * 3600) * S, 12 * 3600 * S)
    assert moment(started(), jump, WindowActive(2 * S, TERMINAL))["Hour"] == 12


def test_without_a_start_the_time_of_day_is_not_known():
    (seen,) = observe(WindowActive(S, TERMINAL))
    assert "Hour" not in seen.fields


def test_examples_are_told_as_the_recorder_would():
    example = read_example(
        [{"type": "sudo -i", "time": "23:10", "day": "sunday"}, {"hidden": "echo_off"}], "command", 1
    )
    seen = observe(*example.events())
    assert [one.category for one in seen if one.category != "session"] == ["window", "text", "command", "hidden_input"]
    line = of("command", seen)[0]
    assert (line.fields["Hour"], line.fields["Weekday"], line.fields["CommandLine"]) == (23, "sunday", "sudo -i")


def test_addresses_are_found_and_only_addresses():
    assert addresses("ssh -L 1:10.0.0.1:22 me@192.168.7.9 fe80::1 10.0.0.300 12:30:45 1.2.3.4.5") == (
        *("10.0.0.1", "192.168.7.9", "fe80::1"),
    )


def test_a_sign_that_was_said_again_to_another_recorder_is_seen_once():
    sign = EvasionSign(S, "recorder_stopped", "The recorder was killed.", 10)
    later = EvasionSign(2 * S, "recorder_stopped", "The recorder was killed.", 10)
    assert len(of("evasion", observe(sign, sign, later, sign))) == 2
