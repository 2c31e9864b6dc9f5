"""How high a dialog is for what is said in it, and where it stands so that all of it is on the screen."""


def fitting_height(height_px: int, needed_px: int, most_px: int, *, is_own: bool) -> int:
    """How high it shall be: as high as it must, as far as the screen goes.

    `is_own`: its height is the person's own choice, which only grows where something would not be seen.
    """
    wanted_px = min(needed_px, most_px)
    return max(height_px, wanted_px) if is_own else wanted_px


def kept_within(top_px: int, height_px: int, room_top_px: int, room_px: int) -> int:
    """The top that keeps it within the room: moved as little as it must; what is too high begins at the top."""
    return max(room_top_px, min(top_px, room_top_px + room_px - height_px))
