"""Times as they are printed for a person."""

from recorder.clock import NS_PER_MS


def clock_text(at_ns: int) -> str:
    """A moment of a session: 1:02:03.456."""
    thousandths = at_ns // NS_PER_MS
    seconds, thousandth = divmod(thousandths, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}.{thousandth:03}"
