"""What the operator does, second by second: the reference work."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.work.desktop import Desktop, Windows
from benchmarks.work.hands import Hands

WORK_S = 101.0
_NOTE = """The index of the primary was rebuilt after the failed batch of last night.
Replica 2 was behind by 40 minutes; it has caught up. Checked: replication lag, disk, WAL.
Next: rotate the password of the service account, then close the ticket.
"""


@dataclass(frozen=True, slots=True)
class Act:
    """Something the operator does at a second of the work."""

    at_s: float
    do: Callable[[], None]


def acts(hands: Hands, windows: Windows, desktop: Desktop) -> Sequence[Act]:
    """The whole work, in order."""
    return [
        *_terminal(hands, windows),
        *_browser(hands, windows, desktop),
        *_editor(hands, windows),
        *_end(hands, windows),
    ]


def _terminal(hands: Hands, windows: Windows) -> list[Act]:
    return [
        Act(1.0, lambda: hands.activate(windows.terminal)),
        Act(1.5, lambda: hands.type_text("ls -l /usr/bin | head -60\n")),
        Act(5.0, lambda: hands.type_text("head -70 /etc/services\n")),
        Act(8.5, lambda: hands.type_text("ps aux | head -30; df -h\n")),
        Act(12.0, lambda: hands.type_text("grep -rn Port /etc/ssh /etc/services | cut -c-100 | tail -40\n", per_s=14)),
        Act(17.0, lambda: hands.type_text("sh scroll.sh\n")),
        Act(28.0, lambda: hands.press("c", "Control_L")),
    ]


def _browser(hands: Hands, windows: Windows, desktop: Desktop) -> list[Act]:
    address = desktop.table_address
    return [
        Act(28.7, lambda: hands.activate(windows.browser)),
        Act(29.2, lambda: hands.point(1200, 600)),
        *[Act(30.0 + 1.5 * index, lambda: hands.press("Next")) for index in range(4)],
        *[Act(35.5 + 1.0 * index, lambda: hands.scroll(3)) for index in range(3)],
        Act(38.7, lambda: hands.scroll(-5)),
        Act(40.2, lambda: hands.press("l", "Control_L")),
        Act(40.5, lambda: hands.type_text(address + "\n", per_s=60)),
        *[Act(42.5 + 1.0 * index, lambda: hands.scroll(3)) for index in range(4)],
        Act(46.5, lambda: hands.press("Next")),
    ]


def _editor(hands: Hands, windows: Windows) -> list[Act]:
    return [
        Act(47.5, lambda: hands.activate(windows.editor)),
        Act(48.0, lambda: hands.press("End", "Control_L")),
        Act(48.3, lambda: hands.type_text(_NOTE, per_s=30)),
    ]


def _end(hands: Hands, windows: Windows) -> list[Act]:
    path = [(500, 45), (900, 160), (1250, 420), (800, 520), (420, 200)]
    return [
        Act(56.3, lambda: hands.activate(windows.terminal)),
        Act(56.8, lambda: hands.drag([(500, 68), *path[1:]], seconds=5.0)),
        Act(62.5, lambda: hands.type_text("top -d 1\n")),
        Act(70.0, lambda: hands.press("q")),
    ]


def work(hands: Hands, windows: Windows, desktop: Desktop, *, seconds: float) -> None:
    """Do the work at its own pace for so many seconds; the rest of them is rest."""
    started = time.monotonic()
    for act in acts(hands, windows, desktop):
        if act.at_s >= seconds:
            break
        hands.wait(started + act.at_s - time.monotonic())
        act.do()
    hands.wait(started + seconds - time.monotonic())
