"""Every key of the window, declared once: the shortcuts and the list of keys are both made of this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`name` is what it does (the window's method of that name, and its words), `keys` are Qt's key sequences.

    `types`: the key also types something, so that it belongs to a text box which has the focus.
    """

    name: str
    keys: tuple[str, ...]
    types: bool = True


SHORTCUTS = (
    Shortcut("toggle_play", ("Space", "K")),
    Shortcut("back_5_s", ("Left",)),
    Shortcut("forward_5_s", ("Right",)),
    Shortcut("back_30_s", ("Shift+Left",)),
    Shortcut("forward_30_s", ("Shift+Right",)),
    Shortcut("step_back", (",",)),
    Shortcut("step_forward", (".",)),
    Shortcut("to_start", ("Home",)),
    Shortcut("to_end", ("End",)),
    Shortcut("slower", ("[",)),
    Shortcut("faster", ("]",)),
    Shortcut("normal_speed", ("Backspace",)),
    Shortcut("toggle_skip_idle", ("I",)),
    Shortcut("go_live", ("L",)),
    Shortcut("focus_search", ("/", "Ctrl+F")),
    Shortcut("next_hit", ("F3",), types=False),
    Shortcut("previous_hit", ("Shift+F3",), types=False),
    Shortcut("next_finding", ("V",)),
    Shortcut("fit", ("0",)),
    Shortcut("real_size", ("1",)),
    Shortcut("zoom_in", ("+", "=")),
    Shortcut("zoom_out", ("-",)),
    Shortcut("next_monitor", ("M",)),
    Shortcut("timeline_in", ("Ctrl++", "Ctrl+="), types=False),
    Shortcut("timeline_out", ("Ctrl+-",), types=False),
    Shortcut("toggle_library", ("Ctrl+B",), types=False),
    Shortcut("toggle_log", ("Ctrl+L",), types=False),
    Shortcut("open_folder", ("Ctrl+O",), types=False),
    Shortcut("full_screen", ("F11",), types=False),
    Shortcut("show_keys", ("?", "F1")),
)
