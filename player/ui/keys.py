"""Every key of the window, declared once: the shortcuts and the list of keys are both made of this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`name` is what it does (the method of that name, and its words), `keys` are Qt's key sequences.

    `group` is under which heading the page of keys has it: one of `GROUPS`.
    """

    name: str
    keys: tuple[str, ...]
    group: str = "window"


GROUPS = (
    "play",
    "find",
    "look",
    "timeline",
    "log",
    "review",
    "window",
)  # in the order in which the page of keys has them


SHORTCUTS = (
    Shortcut("toggle_play", ("Space", "K"), "play"),
    Shortcut("back_5_s", ("Left",), "play"),
    Shortcut("forward_5_s", ("Right",), "play"),
    Shortcut("back_30_s", ("Shift+Left",), "play"),
    Shortcut("forward_30_s", ("Shift+Right",), "play"),
    Shortcut("step_back", (",",), "play"),
    Shortcut("step_forward", (".",), "play"),
    Shortcut("to_start", ("Home",), "play"),
    Shortcut("to_end", ("End",), "play"),
    Shortcut("slower", ("[",), "play"),
    Shortcut("faster", ("]",), "play"),
    Shortcut("normal_speed", ("Backspace",), "play"),
    Shortcut("toggle_skip_idle", ("S",), "play"),
    Shortcut("go_live", ("L",), "play"),
    Shortcut("focus_search", ("/", "Ctrl+F"), "find"),
    Shortcut("leave", ("Esc",)),
    Shortcut("next_hit", ("F3",), "find"),
    Shortcut("previous_hit", ("Shift+F3",), "find"),
    Shortcut("next_finding", ("V",), "find"),
    Shortcut("show_log", ("F",), "find"),
    Shortcut("fit", ("0",), "look"),
    Shortcut("real_size", ("1",), "look"),
    Shortcut("zoom_in", ("+", "="), "look"),
    Shortcut("zoom_out", ("-",), "look"),
    Shortcut("next_monitor", ("M",), "look"),
    Shortcut("pan_left", ("Alt+Left",), "look"),
    Shortcut("pan_right", ("Alt+Right",), "look"),
    Shortcut("pan_up", ("Alt+Up",), "look"),
    Shortcut("pan_down", ("Alt+Down",), "look"),
    Shortcut("choose_region", ("Z",), "look"),
    Shortcut("magnify", ("D",), "look"),
    Shortcut("magnify_more", ("Ctrl+D",), "look"),
    Shortcut("magnify_less", ("Ctrl+Shift+D",), "look"),
    Shortcut("toggle_overlay", ("Y",), "look"),
    Shortcut("pin_moment", ("P",), "look"),
    Shortcut("pin_marked", ("Ctrl+P",), "look"),
    Shortcut("flip_moments", ("C",), "look"),
    Shortcut("both_moments", ("Shift+C",), "look"),
    Shortcut("end_compare", ("Shift+P",), "look"),
    Shortcut("copy_picture", ("Ctrl+C",), "look"),
    Shortcut("save_picture", ("Ctrl+S",), "look"),
    Shortcut("next_mark", ("N",), "timeline"),
    Shortcut("previous_mark", ("Alt+N",), "timeline"),
    Shortcut("next_alert", ("A",), "timeline"),
    Shortcut("previous_alert", ("Alt+A",), "timeline"),
    Shortcut("next_bookmark", ("J",), "timeline"),
    Shortcut("previous_bookmark", ("Alt+J",), "timeline"),
    Shortcut("next_window", ("W",), "timeline"),
    Shortcut("previous_window", ("Alt+W",), "timeline"),
    Shortcut("next_command", ("E",), "timeline"),
    Shortcut("previous_command", ("Alt+E",), "timeline"),
    Shortcut("next_gap", ("G",), "timeline"),
    Shortcut("previous_gap", ("Alt+G",), "timeline"),
    Shortcut("range_start", ("I",), "timeline"),
    Shortcut("range_end", ("O",), "timeline"),
    Shortcut("clear_range", ("X",), "timeline"),
    Shortcut("show_range", ("Ctrl+0",), "timeline"),
    Shortcut("timeline_in", ("Ctrl++", "Ctrl+="), "timeline"),
    Shortcut("timeline_out", ("Ctrl+-",), "timeline"),
    Shortcut("show_review", ("R",), "review"),
    Shortcut("show_queue", ("Q",), "review"),
    Shortcut("add_note", ("T",), "review"),
    Shortcut("bookmark", ("B",), "review"),
    Shortcut("verdict_cleared", ("Ctrl+1",), "review"),
    Shortcut("verdict_follow_up", ("Ctrl+2",), "review"),
    Shortcut("verdict_violation", ("Ctrl+3",), "review"),
    Shortcut("confirm_watched", ("Shift+R",), "review"),
    Shortcut("undo", ("Ctrl+Z",), "review"),
    Shortcut("redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "review"),
    Shortcut("toggle_library", ("Ctrl+B",)),
    Shortcut("toggle_log", ("Ctrl+L",)),
    Shortcut("open_folder", ("Ctrl+O",)),
    Shortcut("import_recording", ("Ctrl+I",)),
    Shortcut("facets", ("Ctrl+Shift+F",)),
    Shortcut("copy_link", ("Ctrl+Shift+L",)),
    Shortcut("export", ("Ctrl+E",)),
    Shortcut("redact", ("Ctrl+R",)),
    Shortcut("make_package", ("Ctrl+Shift+P",)),
    Shortcut("write_report", ("Ctrl+Shift+R",)),
    Shortcut("check_package", ("Ctrl+Shift+K",)),
    Shortcut("show_menu", ("F10",)),
    Shortcut("full_screen", ("F11",)),
    Shortcut("show_keys", ("?", "F1")),
)

LOG_SHORTCUTS = (  # they work where the operation log has the focus
    Shortcut("copy_rows", ("Ctrl+C",), "log"),
    Shortcut("copy_table", ("Ctrl+Shift+C",), "log"),
    Shortcut("export_rows", ("Ctrl+Shift+E",), "log"),
    Shortcut("only_application", ("Shift+A",), "log"),
    Shortcut("only_kind", ("Shift+K",), "log"),
    Shortcut("only_window", ("Shift+W",), "log"),
    Shortcut("toggle_grouping", ("Shift+G",), "log"),
    Shortcut("clear_filters", ("Shift+X",), "log"),
)
