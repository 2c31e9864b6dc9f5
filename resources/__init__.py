"""The one door to the program's own files: icons, style sheets, translations, default rules."""

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent


def path(name: str) -> Path:
    """Where the resource called `name` ("icons/play.svg") lies.

    Raises:
        ValueError: the name leads out of the resources.
        FileNotFoundError: there is no such resource.
    """
    wanted = (_FOLDER / name).resolve()
    if not wanted.is_relative_to(_FOLDER):
        msg = f"{name!r} leads out of the resources"
        raise ValueError(msg)
    if not wanted.exists():
        msg = f"there is no resource {name!r}"
        raise FileNotFoundError(msg)
    return wanted


def verifier() -> Path:
    """The independent verifier in one file: among the manuals in a checkout, among the resources of frozen programs."""
    frozen = _FOLDER / "verify_recording.py"
    return frozen if frozen.exists() else _FOLDER.parent / "docs" / "verify_recording.py"
