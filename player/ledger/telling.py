"""Filters and facets as an entry tells them."""

from player.facets import Facets
from player.row_filter import RowFilter


def told_filter(wanted: RowFilter) -> dict[str, object]:
    """What narrows the rows; empty if nothing does."""
    told: dict[str, object] = {
        name: sorted(names)
        for name in ("kinds", "applications", "windows")
        if (names := getattr(wanted, name)) is not None
    }
    if wanted.text:
        told["text"] = wanted.text
    if wanted.least_severity is not None:
        told["least_severity"] = wanted.least_severity
    return told


def told_facets(facets: Facets) -> dict[str, object]:
    """What narrows the recordings; empty if nothing does."""
    return {name: value if isinstance(value, int) else str(value) for name, value in facets.asked}
