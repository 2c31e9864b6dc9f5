"""The value of a window's property, as it was at one moment."""

from typing import Any

from Xlib import X

MOST_BYTES = 1 << 16  # of a property that any program may write: what is longer is cut there


def read_property(window: Any, atom: int, *, most_bytes: int = MOST_BYTES) -> Any | None:
    """The answer (`value`, `format`, `property_type`, `bytes_after`), cut at `most_bytes`; None: there is no property.

    It is one question. Whoever asks for the beginning and then for the rest may put together what never was, and is
    refused the rest where the property has become shorter in between: it is another program that writes it.

    Raises:
        Xlib.error.XError: the window is gone.
    """
    return window.get_property(atom, X.AnyPropertyType, 0, most_bytes // 4)
