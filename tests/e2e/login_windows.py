"""Windows with a password field and a plain one: `login_windows.py gtk|qt`. Says on standard output what it holds."""

import sys

TITLE = {"gtk": "GTK login", "qt": "Qt login"}


def main(toolkit: str) -> None:
    (_gtk if toolkit == "gtk" else _qt)()


def _say(name: str, length: int) -> None:
    sys.stdout.write(f"{name} {length}\n")
    sys.stdout.flush()


def _gtk() -> None:
    import gi  # of the system's Python, which alone has it

    gi.require_version("Gtk", "3.0")
    from gi.repository import Gtk

    window = Gtk.Window(title=TITLE["gtk"])
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    window.add(box)
    for name, visible in (("user", True), ("password", False), ("remark", True)):
        entry = Gtk.Entry(visibility=visible, placeholder_text=name)
        entry.connect("changed", lambda entry, name=name: _say(name, len(entry.get_text())))
        box.add(entry)
    window.show_all()
    Gtk.main()


def _qt() -> None:
    from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

    application = QApplication([])
    window = QWidget()
    window.setWindowTitle(TITLE["qt"])
    column = QVBoxLayout(window)
    for name, echo in (
        ("user", QLineEdit.EchoMode.Normal),
        ("password", QLineEdit.EchoMode.Password),
        ("remark", None),
    ):
        line = QLineEdit()
        if echo is not None:
            line.setEchoMode(echo)
        line.textChanged.connect(lambda text, name=name: _say(name, len(text)))
        column.addWidget(line)
    window.show()
    application.exec()


if __name__ == "__main__":
    main(sys.argv[1])
