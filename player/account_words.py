"""The account of a session in words, for the window, the report and the command line."""

from collections.abc import Iterator
from dataclasses import dataclass

from player.account import LOST, Account
from player.moments import time_text
from recorder.coverage import Coverage, CoverageEntry
from recorder.logrow import inert, span_words
from resources.words import Words

HIDDEN_INPUT = "hidden_input"
MOST_REASONS = 20


@dataclass(frozen=True, slots=True)
class AccountLine:
    """How long the session was of one class; with a `reason`, how long of it for that one."""

    coverage: str
    name: str
    reason: str
    length_ns: int


def account_lines(account: Account, words: Words) -> Iterator[AccountLine]:
    """Every class, and under masks and gaps their reasons, the longest first; the rest of many reasons as one."""
    totals = account.totals_ns()
    for coverage in (*(one for one in totals if one != Coverage.GAP), Coverage.GAP):
        yield AccountLine(coverage, class_words(coverage, words), "", totals[coverage])
        reasons = [(reason, ns) for reason, ns in account.reasons_ns(coverage).items() if reason]
        for reason, length_ns in reasons[:MOST_REASONS]:
            yield AccountLine(coverage, "", reason_words(coverage, reason, words), length_ns)
        others_ns = sum(length_ns for _, length_ns in reasons[MOST_REASONS:])
        if others_ns:
            yield AccountLine(coverage, "", words("account.other_reasons"), others_ns)


def class_words(coverage: str, words: Words) -> str:
    """A class by its name."""
    return words.either(f"account.{coverage}", inert(coverage))


def reason_words(coverage: str, reason: str, words: Words) -> str:
    """Why something was not recorded; the name of a mask is the policy's own and stands as it is."""
    head, _, what = reason.partition(": ")
    if coverage == Coverage.MASKED:
        return words("account.hidden_input", where=_where(what, words)) if head == HIDDEN_INPUT else inert(reason)
    why = words.either(f"account.gap_{head}", inert(head))
    if head in LOST or not what:
        return why
    return words("account.gap_of", why=why, what=_what(what, words))


def entry_words(entry: CoverageEntry, words: Words) -> str:
    """What a moment was, and why."""
    name = class_words(entry.coverage, words)
    if not entry.reason:
        return name
    return words("account.entry", name=name, why=reason_words(entry.coverage, entry.reason, words))


def account_notes(account: Account, words: Words, *, is_live: bool) -> Iterator[str]:
    """Where the account is from, in sentences."""
    if is_live:
        yield words("account.live", until=time_text(account.length_ns))
    if account.computed_ns:
        yield words("account.computed", length=words.length(span_words(account.computed_ns)))
    elif account.length_ns:
        yield words("account.sealed")
    if account.differing_ns:
        yield words("account.differing", length=words.length(span_words(account.differing_ns)))


def _where(what: str, words: Words) -> str:
    return words.either(f"account.hidden_{what}", inert(what))


def _what(what: str, words: Words) -> str:
    head, _, number = what.partition(" ")
    if head == "screen" and number:
        return words("account.one_screen", number=inert(number))
    return words.either(f"account.what_{what}", inert(what))
