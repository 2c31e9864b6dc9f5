"""Which rows are commands, read from rows that the operation log makes of real events."""

import pytest

from recorder.command_rows import Evidence, commands, ended_by, is_terminal
from recorder.events import Click, Key, ProcessStarted, Window, WindowActive
from recorder.oplog import OperationLog

S = 1_000_000_000


class Operator:
    """Does things, and has them as rows of the operation log."""

    def __init__(self):
        self.at_ns = 0
        self._log = OperationLog()
        self._rows = []
        self.window("root@web1: ~", "/usr/bin/xterm")

    def _feed(self, event):
        self._rows += self._log.feed(event)

    def window(self, title, executable, number=1):
        self._feed(WindowActive(self.at_ns, Window(number, title, None, number, executable)))

    def type(self, text):
        for character in text:
            self._feed(Key(self.at_ns, character))
            self.at_ns += S // 10

    def press(self, name, *modifiers, injected=False):
        self._feed(Key(self.at_ns, "", name, modifiers, injected=injected))
        self.at_ns += S // 10

    def wait(self, seconds):
        self.at_ns += seconds * S

    def start(self, *arguments, found=False):
        self._feed(ProcessStarted(self.at_ns, 77, 1, arguments[0], f"/usr/bin/{arguments[0]}", arguments, found=found))

    def click(self, button):
        self._feed(Click(self.at_ns, 5, 5, button, pressed=True))
        self._feed(Click(self.at_ns, 5, 5, button, pressed=False))

    def rows(self):
        return self._rows + self._log.finish()


@pytest.fixture
def operator():
    return Operator()


def texts(operator):
    return [(command.text, command.is_whole) for command in commands(operator.rows())]


def test_a_line_that_was_entered_in_a_terminal_is_a_command(operator):
    operator.wait(3)
    operator.type("systemctl stop billing")
    operator.press("enter")
    (command,) = commands(operator.rows())
    assert (command.text, command.evidence, command.is_whole) == ("systemctl stop billing", Evidence.TYPED, True)
    assert (command.application, command.window) == ("xterm", "root@web1: ~")
    assert command.at_ns == 3 * S
    assert command.end_ns == 3 * S + 22 * S // 10
    assert operator.rows()[command.row].text == "systemctl stop billing"


def test_a_line_that_was_typed_with_pauses_and_entered_long_after_is_one_command(operator):
    operator.type("rm -rf ")
    operator.wait(5)
    operator.type("/srv/old")
    operator.wait(60)
    operator.press("enter")
    assert texts(operator) == [("rm -rf /srv/old", True)]


def test_what_was_erased_is_not_in_the_command(operator):
    operator.type("lx")
    operator.press("backspace")
    operator.type("s")
    operator.press("enter")
    operator.type("no")
    operator.press("backspace")
    operator.press("backspace")
    operator.press("enter")
    assert texts(operator) == [("ls", True)]


def test_a_line_that_was_completed_or_walked_in_is_not_called_whole(operator):
    operator.type("systemc")
    operator.press("tab")
    operator.type("stop bill")
    operator.press("tab")
    operator.press("enter")
    operator.type("ls")
    operator.press("left")
    operator.type("x")
    operator.press("enter")
    operator.type("echo ")
    operator.click("middle")
    operator.press("enter")
    operator.type("pwd")
    operator.press("enter")
    assert texts(operator) == [("systemc⇥stop bill⇥", False), ("lxs", False), ("echo", False), ("pwd", True)]


def test_a_line_that_was_given_up_is_no_command(operator):
    operator.type("shutdown now")
    operator.press("c", "ctrl")
    operator.press("enter")
    operator.type("half")
    operator.wait(3)
    operator.window("Mozilla Firefox", "/usr/lib/firefox/firefox", 2)
    operator.press("enter")
    assert texts(operator) == []


def test_a_title_that_changes_while_typing_does_not_cut_the_command(operator):
    operator.type("make ")
    operator.wait(3)
    operator.window("root@web1: ~/src", "/usr/bin/xterm")
    operator.type("all")
    operator.press("enter")
    assert texts(operator) == [("make all", True)]


def test_text_entered_elsewhere_is_no_command(operator):
    operator.window("Search", "/usr/lib/firefox/firefox", 2)
    operator.type("how to stop billing")
    operator.press("enter")
    assert texts(operator) == []


def test_a_process_that_started_is_evidence_and_one_that_was_found_running_is_not(operator):
    operator.start("sshd", "-D", found=True)
    operator.start("systemctl", "stop", "billing service")
    (command,) = commands(operator.rows())
    assert (command.text, command.evidence) == ("systemctl stop 'billing service'", Evidence.PROCESS)


def test_the_key_that_ended_a_row_is_told_even_if_the_text_looks_like_it(operator):
    operator.type("x · Enter")
    operator.press("backspace")
    operator.wait(3)
    operator.type("y")
    operator.press("tab", injected=True)
    open_row, tabbed = [row for row in operator.rows() if row.kind == "text"]
    assert ended_by(open_row) == ""
    assert ended_by(tabbed) == "Tab"


def test_terminals_are_known_by_whatever_case_their_program_is_written_in():
    assert is_terminal("xterm")
    assert is_terminal("WindowsTerminal.exe")
    assert not is_terminal("firefox")
    assert not is_terminal(None)
