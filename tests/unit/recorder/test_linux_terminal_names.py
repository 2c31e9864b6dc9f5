"""The names by which programs at a terminal are known."""

from recorder.capture import linux_terminal
from recorder.capture.linux_terminal import KEY_BY_KEY, KEY_BY_KEY_WITHOUT_SIGNALS

KERNEL_KEEPS = 15  # letters of a program's name (TASK_COMM_LEN less its end)


def test_every_name_is_one_that_the_kernel_can_have() -> None:
    for names in (KEY_BY_KEY, KEY_BY_KEY_WITHOUT_SIGNALS, linux_terminal.RELAYS, linux_terminal.FAR_RELAYS):
        assert not [name for name in names if len(name) > KERNEL_KEEPS]


def test_those_that_ask_for_passphrases_key_by_key_are_known_by_the_names_they_run_under() -> None:
    assert "systemd-ask-password"[:KERNEL_KEEPS] in KEY_BY_KEY
    assert {"pinentry", "pinentry-curses", "pinentry-tty"} <= KEY_BY_KEY
