"""Windows with a password field and plain ones: `login_windows.py gtk|qt [FIRST FIELD]`. Says what they hold."""

import sys

TITLE = {"gtk": "GTK login", "qt": "Qt login"}


FIELDS = ("user", "password", "remark")


def main(toolkit: str, first: str = "user") -> None:
    names = sorted(FIELDS, key=lambda name: name != first)
    (_gtk if toolkit == "gtk" else _qt)(names)


def _say(name: str, length: int) -> None:
    sys.stdout.write(f"{name} {length}\n")
    sys.stdout.flush()


def _gtk(names: list[str]) -> None:
    import gi  # of the system's Python, which alone has it

    gi.require_version("Gtk", "3.0")
    from gi.repository import Gtk

    window = Gtk.Window(title=TITLE["gtk"])
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    window.add(box)
    for name in names:
        entry = Gtk.Entry(visibility=name != "password", placeholder_text=name)
        entry.connect("changed", lambda entry, name=name: _say(name, len(entry.get_text())))
        box.add(entry)
    window.show_all()
    Gtk.main()


def _qt(names: list[str]) -> None:
    from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

    application = QApplication([])
    window = QWidget()
    window.setWindowTitle(TITLE["qt"])
    column = QVBoxLayout(window)
    for name in names:
        line = QLineEdit()
        if name == "password":
            line.setEchoMode(QLineEdit.EchoMode.Password)
        line.textChanged.connect(lambda text, name=name: _say(name, len(text)))
        column.addWidget(line)
    window.show()
    application.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
