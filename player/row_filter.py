"""Which rows of the operation log are wanted: by kind, application, window, text and severity."""

from collections.abc import Callable
from dataclasses import dataclass

from recorder.logrow import SEVERITIES, LogRow
from recorder.store.folding import fold


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What is None or empty does not narrow anything.

    `applications` are names without the difference of capitals, "" for rows in which none was known; `windows` are
    titles as they stand. `text` may be anywhere in what a row shows. `least_severity` keeps that and what is graver.
    """

    kinds: frozenset[str] | None = None
    applications: frozenset[str] | None = None
    windows: frozenset[str] | None = None
    text: str = ""
    least_severity: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every row is wanted."""
        return self == EVERYTHING

    @property
    def needle(self) -> str:
        """The text as it is compared."""
        return fold(self.text.strip())

    @property
    def folded_applications(self) -> frozenset[str] | None:
        """The applications as they are compared."""
        return None if self.applications is None else frozenset(map(fold, self.applications))


EVERYTHING = RowFilter()


def severity_rank(severity: str) -> int:
    """0 for what is least grave; one of a newer version is taken for the gravest, so that it is not overlooked."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES) - 1


def row_matcher(wanted: RowFilter) -> Callable[[LogRow], bool]:
    """Says of one row whether it is wanted."""
    needle, applications = wanted.needle, wanted.folded_applications
    least = 0 if wanted.least_severity is None else severity_rank(wanted.least_severity)

    def is_wanted(row: LogRow) -> bool:
        return (
            (wanted.kinds is None or row.kind in wanted.kinds)
            and (applications is None or fold(row.application or "") in applications)
            and (wanted.windows is None or (row.window or "") in wanted.windows)
            and severity_rank(row.severity) >= least
            and (not needle or _holds(row, needle))
        )

    return is_wanted


def _holds(row: LogRow, needle: str) -> bool:
    parts = (row.text, row.detail, row.window, row.application)
    return any(part is not None and needle in fold(part) for part in parts)
