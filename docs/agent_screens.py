"""Pictures of the resident agent's windows in each of their states, from what a supervisor would tell them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QBuffer, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from app.resident.locking import Outcome
from app.resident.news import Alive, MiniatureTaken, RecorderState, StorageNow, Supervised
from app.ui.lock_seen import LockSeen
from app.ui.resident import ResidentDesk
from app.ui.resident_window import SIZE_PX
from recorder.geometry import Rect
from recorder.policy.sections import Response
from resources.ui.look import SMALL_PX, code_font
from resources.ui.settings import ThrowawaySettings
from tests.resident import AMPLE, RECORDING, ROOT, ROWS, SESSION, Asked, S, alert, desktop, policy

NO_LOCK = Outcome(None, "loginctl lock-session: not installed; xdg-screensaver lock: not installed")
LONG_PURPOSE = "CHG-2417 restart the database after the upgrade of the storage cluster, as agreed with the night shift"


@dataclass(frozen=True, slots=True)
class AgentState:
    """A picture: what the agent is told, and which of its windows is drawn."""

    name: str
    show: Callable[[ResidentDesk], QWidget | None]
    in_readme: bool = False
    holds: bool = False
    asks: bool = False


def _window(desk: ResidentDesk) -> QWidget:
    desk.open()
    desk.window.resize(*SIZE_PX)  # as it opens on a desktop; the screen that is drawn on here is smaller
    with mock.patch("app.ui.miniature_view.desktop_area", lambda: Rect(-1500, -700, 3000, 1688)):
        desk.hear(MiniatureTaken(0, _desktop_picture()))
    return desk.window


def _gap(desk: ResidentDesk) -> QWidget:
    desk.hear(replace(SESSION, purpose=LONG_PURPOSE, lost_ns=3 * S))
    return _window(desk)


def _reserve(desk: ResidentDesk) -> QWidget:
    desk.hear(StorageNow("reserve", 812_000_000, "drop_rate"))
    return _window(desk)


def _full(desk: ResidentDesk) -> QWidget:
    desk.hear(StorageNow("full", 12_000_000, "end_session"))
    return _window(desk)


def _not_recording(desk: ResidentDesk) -> QWidget:
    desk.open()
    desk.hear(Supervised(RecorderState.RESTARTING, problem="The recorder was gone (killed by SIGKILL)."))
    return desk.window


def _notice(desk: ResidentDesk) -> QWidget | None:
    return desk.notices.card


def _refused(desk: ResidentDesk) -> QWidget | None:
    card = desk.notices.card
    if card is not None:
        card.purpose.setText("just looking")
        card.try_to_confirm()
    return card


def _rights(desk: ResidentDesk) -> QWidget | None:
    desk.show_rights()
    return desk.rights


def _warning(desk: ResidentDesk) -> QWidget | None:
    desk.hear(alert(Response.WARN))
    desk.hear(alert(Response.WARN))
    return desk.answers.dialog


def _reason(desk: ResidentDesk) -> QWidget | None:
    desk.hear(alert(Response.DEMAND_REASON))
    return desk.answers.dialog


def _ending(desk: ResidentDesk) -> QWidget | None:
    desk.hear(alert(Response.END_SESSION))
    return desk.answers.ending


def _indicator(desk: ResidentDesk) -> QWidget:
    desk.indicator.appear()
    return desk.indicator


AGENT_STATES = (
    AgentState("agent.png", _window, in_readme=True),
    AgentState("agent-gap.png", _gap),
    AgentState("agent-storage.png", _reserve),
    AgentState("agent-full.png", _full),
    AgentState("agent-not-recording.png", _not_recording),
    AgentState("agent-notice.png", _notice, in_readme=True, asks=True),
    AgentState("agent-notice-held.png", _notice, holds=True, asks=True),
    AgentState("agent-notice-refused.png", _refused, holds=True, asks=True),
    AgentState("agent-rights.png", _rights),
    AgentState("agent-warning.png", _warning),
    AgentState("agent-reason.png", _reason),
    AgentState("agent-ending.png", _ending),
    AgentState("agent-indicator.png", _indicator),
)


def draw_agent(out: Path, only: str, *, is_all: bool) -> None:
    """Draw the pictures of the manual, or all of them in both themes and languages."""
    looks = [("dark", "en"), ("light", "ja")] if is_all else [("dark", "en")]
    for state in AGENT_STATES:
        if only in state.name and (is_all or state.in_readme):
            for appearance, language in looks:
                name = state.name if len(looks) == 1 else f"{appearance}-{language}-{state.name}"
                _draw(state, out / name, ThrowawaySettings(appearance, language))


def _draw(state: AgentState, path: Path, settings: ThrowawaySettings) -> None:
    desk = ResidentDesk(
        policy(hold_session=state.holds, shown=state.asks),
        ROOT,
        Asked(),
        settings,
        desktop=desktop(lock=NO_LOCK),
        lock_seen=LockSeen({}),
        now_ns=lambda: 0,
    )
    desk.start()
    for news in (RECORDING, SESSION, AMPLE, ROWS, Alive()):
        desk.hear(news)
    shown = state.show(desk)
    QApplication.sendPostedEvents()
    if shown is not None:
        shown.grab().save(str(path))
    desk.stop()
    desk.deleteLater()


def _desktop_picture() -> bytes:
    """A desktop with a terminal and something masked, as a recorder would send it."""
    image = QImage(960, 540, QImage.Format.Format_RGB32)
    image.fill(QColor("#2b3d52"))
    painter = QPainter(image)
    painter.fillRect(QRect(40, 40, 520, 330), QColor("#101317"))
    painter.setFont(code_font(SMALL_PX))
    painter.setPen(QColor("#8fd6a8"))
    painter.drawText(56, 68, "sato@db-07:~$ sudo systemctl restart postgresql")
    painter.fillRect(QRect(600, 90, 300, 220), QColor("#6b7280"))
    painter.setPen(QColor("#ffffff"))
    painter.drawText(QRect(600, 90, 300, 220), int(Qt.AlignmentFlag.AlignCenter), "Password manager")
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub wants bytes, and Qt then takes none
    return bytes(buffer.data().data())
