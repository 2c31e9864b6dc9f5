"""Every key of the window, declared once: the shortcuts and the list of keys are both made of this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`name` is what it does (the window's method of that name, and its words), `keys` are Qt's key sequences."""

    name: str
    keys: tuple[str, ...]


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
    Shortcut("leave", ("Esc",)),
    Shortcut("next_hit", ("F3",)),
    Shortcut("previous_hit", ("Shift+F3",)),
    Shortcut("next_finding", ("V",)),
    Shortcut("fit", ("0",)),
    Shortcut("real_size", ("1",)),
    Shortcut("zoom_in", ("+", "=")),
    Shortcut("zoom_out", ("-",)),
    Shortcut("next_monitor", ("M",)),
    Shortcut("timeline_in", ("Ctrl++", "Ctrl+=")),
    Shortcut("timeline_out", ("Ctrl+-",)),
    Shortcut("toggle_library", ("Ctrl+B",)),
    Shortcut("toggle_log", ("Ctrl+L",)),
    Shortcut("open_folder", ("Ctrl+O",)),
    Shortcut("full_screen", ("F11",)),
    Shortcut("show_keys", ("?", "F1")),
)
