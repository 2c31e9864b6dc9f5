"""A library in which something happened: who stopped the billing service last Tuesday, and what else did they do.

Four operators on four machines over eight days, their desktops drawn as a person would see them, recorded by the real
writer and the real encoder. Drawing text needs a QGuiApplication, of any platform.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QImage, QLinearGradient, QPainter

from recorder.clock import Instant
from recorder.evidence.keys import AuditorKey, DeviceKey
from recorder.geometry import Rect
from resources.ui.look import code_font
from tests.recordings import Desk

S = 1_000_000_000
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
WIDTH_PX, HEIGHT_PX = 1280, 800
BAR_PX, TITLE_PX, LINE_PX = 30, 26, 20
GROUND, INK, DIM, BAR, TITLE = "#10151b", "#d7dee6", "#7f8b97", "#1b222b", "#2c3642"
TERMINAL, TERMINAL_NAME = Rect(90, 60, 860, 620), "/usr/bin/xterm"
BROWSER, BROWSER_NAME = Rect(230, 90, 960, 640), "/usr/lib/firefox/firefox"
EDITOR, EDITOR_NAME = Rect(160, 110, 900, 560), "/usr/bin/mousepad"


@dataclass(frozen=True)
class Told:
    """What the question is about."""

    folder: Path
    session_id: str
    operator: str
    host: str
    day: datetime.date
    stopped_at_s: float


def last_tuesday(today=None):
    """The Tuesday before today, in Tokyo."""
    today = today or datetime.datetime.now(TOKYO).date()
    return today - datetime.timedelta(days=(today.weekday() - 1) % 7 or 7)


class Workplace:
    """A person's desktop: windows that are drawn whole, and typed into."""

    def __init__(self, desk, screen=0):
        self.desk, self._screen = desk, screen
        area = desk.screens[screen].area
        self._width, self._height = area.width, area.height
        self._lines = {}
        self.image = QImage(self._width, self._height, QImage.Format.Format_RGB32)
        self._wallpaper()
        self._flush(QRect(0, 0, self._width, self._height))

    def open(self, title, area, executable, lines=()):
        """A window comes to the front, with this text."""
        self.desk.window(title, executable)
        self._area, self._title = area, title
        self._lines[title] = list(lines)
        self._draw()

    def type_line(self, text, prompt="$ ", answer=(), *, seconds_each=0.09, answer_s=0.6):
        """Type a command, press Enter, and read the answer."""
        lines = self._lines[self._title]
        lines.append(prompt)
        for start in range(0, len(text), 4):
            part = text[start : start + 4]
            self.desk.type(part, seconds_each=seconds_each)
            lines[-1] += part
            self._draw()
            self.desk.seal()
        self.desk.press("enter")
        self.desk.wait(answer_s)
        lines.extend(answer)
        self._draw()
        self.desk.seal()

    def _wallpaper(self):
        painter = QPainter(self.image)
        gradient = QLinearGradient(0, 0, self._width, self._height)
        gradient.setColorAt(0, QColor("#1f4a5c"))
        gradient.setColorAt(1, QColor("#12222e"))
        painter.fillRect(0, 0, self._width, self._height, gradient)
        painter.fillRect(0, 0, self._width, BAR_PX, QColor(BAR))
        painter.setFont(QFont("Noto Sans", 10))
        painter.setPen(QColor(DIM))
        painter.drawText(QRect(14, 0, 400, BAR_PX), Qt.AlignmentFlag.AlignVCenter, "Applications    Places    System")
        painter.end()

    def _draw(self):
        area, painter = self._area, QPainter(self.image)
        painter.fillRect(area.left, area.top, area.width, area.height, QColor(GROUND))
        painter.fillRect(area.left, area.top, area.width, TITLE_PX, QColor(TITLE))
        painter.setPen(QColor(INK))
        painter.setFont(QFont("Noto Sans", 10))
        painter.drawText(
            QRect(area.left + 12, area.top, area.width, TITLE_PX), Qt.AlignmentFlag.AlignVCenter, self._title
        )
        painter.setFont(code_font(15))
        room = (area.height - TITLE_PX - 16) // LINE_PX
        for number, line in enumerate(self._lines[self._title][-room:]):
            painter.setPen(QColor(INK if "$ " in line or "# " in line else "#a9c4b4"))
            top = area.top + TITLE_PX + 8 + number * LINE_PX
            painter.drawText(QRect(area.left + 12, top, area.width - 24, LINE_PX), Qt.AlignmentFlag.AlignVCenter, line)
        painter.end()
        self._flush(QRect(area.left, area.top, area.width, area.height))

    def _flush(self, area):
        whole = np.frombuffer(self.image.constBits(), np.uint8).reshape(self._height, self._width, 4)
        patch = whole[area.top() : area.top() + area.height(), area.left() : area.left() + area.width()].copy()
        self.desk.paint(self._screen, Rect(area.left(), area.top(), area.width(), area.height()), patch=patch)


class Staged:
    """A library being filled; every session is opened by one key, and recorded by one trusted device."""

    def __init__(self, library, *, today=None):
        self.library = library
        self.auditor, self.device = AuditorKey.generate("auditor"), DeviceKey.generate()
        self.tuesday = last_tuesday(today)

    def desk(self, day, hour, minute, operator, host, purpose, *, tag, sizes=((WIDTH_PX, HEIGHT_PX),), auditor=None):
        """A session that begins then, at the recorded machine's time."""
        started = datetime.datetime.combine(day, datetime.time(hour, minute), TOKYO)
        wall_ns = int(started.timestamp()) * S
        session_id = f"{started.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}-{tag}"
        return Desk(
            self.library,
            sizes=sizes,
            session_id=session_id,
            operator=operator,
            host=host,
            purpose=purpose,
            started=Instant(monotonic_ns=50 * S, boot_ns=90 * S, wall_ns=wall_ns),
            auditor=auditor or self.auditor,
            device=self.device,
        )

    def fill(self):
        """All sessions; what the question is about is told."""
        day = datetime.timedelta(days=1)
        self.nginx(self.tuesday - day)
        self.looked_at_billing(self.tuesday - 6 * day)
        self.wiki(self.tuesday)
        return self.stopped_billing(self.tuesday)

    def stopped_billing(self, day):
        """The session of the question."""
        desk = self.desk(day, 22, 14, "hanako", "pay-db-2", "CHG-2417 kernel patches", tag="5e1f00d1")
        place = Workplace(desk)
        place.open("hanako@pay-db-2: ~", TERMINAL, TERMINAL_NAME, ["Last login: from 10.4.0.17", ""])
        desk.wait(2)
        place.type_line("sudo dnf update --security", answer=["Dependencies resolved.", "Nothing to do.", "Complete!"])
        desk.wait(4)
        place.type_line(
            "systemctl status billing", answer=["● billing.service - Invoices", "   Active: active (running)"]
        )
        desk.wait(3)
        stopped_at_s = desk.now_ns / S
        place.type_line("sudo systemctl stop billing", answer=["[sudo] password for hanako:", ""])
        desk.alert(
            "A payment service was stopped",
            "high",
            rule="payment-service-stopped",
            reason="Services of payment are stopped only in the change window of CHG.",
            fired_by=("sudo systemctl stop billing",),
        )
        desk.seal()
        desk.wait(5)
        place.open(
            "billing - Invoices - Firefox",
            BROWSER,
            BROWSER_NAME,
            ["http://pay-db-2:8080/invoices", "", "Connection refused"],
        )
        desk.move_pointer(600, 300)
        desk.click(604, 312)
        desk.seal()
        desk.wait(6)
        place.open("hanako@pay-db-2: /var/lib/billing", TERMINAL, TERMINAL_NAME, [""])
        place.type_line("sudo cp invoices.db /media/usb0/", answer=["'invoices.db' -> '/media/usb0/invoices.db'"])
        desk.wait(2)
        place.type_line("sudo rm /var/log/billing/access.log")
        desk.alert("A log was deleted", "critical", rule="log-deleted", reason="Logs are kept for seven years.")
        desk.seal()
        desk.wait(4)
        place.type_line(
            "sudo systemctl start billing", answer=["", "● billing.service - Invoices", "   Active: active (running)"]
        )
        desk.wait(20)
        place.type_line("exit", answer=["logout"])
        made = desk.close()
        return Told(made.folder, desk.writer.folder.name, "hanako", "pay-db-2", day, stopped_at_s)

    def wiki(self, day):
        """Somebody else on the same day, who only read about it."""
        desk = self.desk(day, 10, 5, "ken", "web-1", "INC-883 slow pages", tag="0000a11e")
        place = Workplace(desk)
        place.open(
            "billing runbook - Wiki - Firefox",
            BROWSER,
            BROWSER_NAME,
            ["How billing is deployed", "", "1. Ask the owner"],
        )
        desk.wait(5)
        place.open("ken@web-1: ~", TERMINAL, TERMINAL_NAME, [""])
        place.type_line("top -b -n 1 | head", answer=["load average: 3.10, 2.80, 2.11"])
        desk.wait(3)
        return desk.close()

    def nginx(self, day):
        """Somebody on the day before."""
        desk = self.desk(day, 9, 40, "太郎", "web-1", "証明書の更新", tag="00005eed")
        place = Workplace(desk)
        place.open("太郎@web-1: /etc/nginx", TERMINAL, TERMINAL_NAME, [""])
        place.type_line("sudo systemctl restart nginx")
        desk.wait(3)
        return desk.close()

    def looked_at_billing(self, day):
        """Somebody who looked at the same service in another week."""
        desk = self.desk(day, 16, 20, "yuki", "pay-db-2", "weekly check", tag="00000bee")
        place = Workplace(desk)
        place.open("yuki@pay-db-2: ~", TERMINAL, TERMINAL_NAME, [""])
        place.type_line("systemctl status billing", answer=["   Active: active (running)"])
        desk.wait(3)
        return desk.close()
