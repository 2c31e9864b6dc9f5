"""Files of rules as a set of rules that judge, and what is wrong with the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.detect.documents import documents
from recorder.detect.faults import Fault, RuleFaultError
from recorder.detect.reading import AskedCorrelation, Draft, read_rule
from recorder.detect.rule import Correlation, Relation, Rule, Selection
from recorder.detect.taxonomy import PART_FIELDS, category_named
from recorder.detect.trying import what_matches_everything
from recorder.errors import StorageError

SUFFIXES = (".yml", ".yaml")
MOST_RULES = 10_000


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules that judge, and what is wrong with those that do not."""

    rules: tuple[Rule, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def judging(self) -> int:
        """How many rules judge: those that alert, and those that others count."""
        counted = {
            place for rule in self.rules if isinstance(rule.looks_for, Correlation) for place in rule.looks_for.of
        }
        return sum(rule.alerts or place in counted for place, rule in enumerate(self.rules))


def rule_files(places: Iterable[Path]) -> list[Path]:
    """The files of rules at these places, which are files or folders, in the order of their names.

    Raises:
        StorageError: a place is not there.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        elif place.exists():
            found.append(place)
        else:
            msg = f"There are no rules at {place}: no such file or folder. Name one that is there."
            raise StorageError(msg)
    return list(dict.fromkeys(found))


def load_rules(files: Iterable[Path], *, off: Iterable[str] = ()) -> RuleSet:
    """All rules of these files, but for those whose id is in `off`; one that is wrong keeps no other from judging."""
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            faults.append(Fault(str(file), 1, f"The file cannot be read: {error.strerror}."))
            continue
        _read_file(content, str(file), drafts, faults)
    without = frozenset(off)
    wanted = [draft for draft in drafts if draft.rule_id not in without]
    if len(wanted) > MOST_RULES:
        first = wanted[MOST_RULES]
        faults.append(
            Fault(first.file, first.document.first_line, f"From here on there are more than {MOST_RULES} rules.")
        )
        del wanted[MOST_RULES:]
    return _linked(wanted, faults)


def load_text(content: bytes, name: str) -> RuleSet:
    """The rules of one text, as if it were the file `name`."""
    drafts: list[Draft] = []
    faults: list[Fault] = []
    _read_file(content, name, drafts, faults)
    return _linked(drafts, faults)


def _read_file(content: bytes, name: str, drafts: list[Draft], faults: list[Fault]) -> None:
    try:
        for document in documents(content):
            try:
                drafts.append(read_rule(document, name))
            except RuleFaultError as error:
                faults.append(Fault(name, error.line or document.first_line, error.sentence))
    except RuleFaultError as error:
        faults.append(Fault(name, error.line or 1, error.sentence))


# --- rules that know each other ---------------------------------------------------------------------------------------


def _linked(drafts: Sequence[Draft], faults: list[Fault]) -> RuleSet:
    """The drafts as rules: each once, correlations with the places of those that they are about."""
    once = _each_once(drafts, faults)
    simple = [draft for draft in once if isinstance(draft.looks_for, Selection)]
    selections = [draft.looks_for for draft in simple if isinstance(draft.looks_for, Selection)]
    too_wide = what_matches_everything(selections)
    places = {name: place for place, draft in enumerate(simple) for name in (draft.rule_id, draft.name) if name}
    counted: set[int] = set()
    rules: list[Rule] = []
    for draft in once:
        asked = draft.looks_for
        if isinstance(asked, AskedCorrelation):
            try:
                correlation = _correlation(draft, asked, simple, places)
                _refuse_counting_to_one(draft, correlation, too_wide)
            except RuleFaultError as error:
                faults.append(Fault(draft.file, error.line or draft.document.first_line, error.sentence))
                continue
            rules.append(_rule(draft, correlation, alerts=True))
            counted.update(() if asked.generates else correlation.of)
    judging = []
    for place, (draft, selection) in enumerate(zip(simple, selections, strict=True)):
        fault = None if place in counted else _why_not_alone(draft, too_wide[place])
        faults.extend(() if fault is None else (fault,))
        judging.append(_rule(draft, selection, alerts=place not in counted and fault is None))
    return RuleSet((*judging, *rules), tuple(sorted(faults, key=lambda fault: (fault.file, fault.line))))


def _each_once(drafts: Sequence[Draft], faults: list[Fault]) -> list[Draft]:
    seen: dict[str, Draft] = {}
    once: list[Draft] = []
    for draft in drafts:
        names = {draft.rule_id, draft.name} - {""}
        before = next((seen[name] for name in names if name in seen), None)
        if before is None:
            seen.update(dict.fromkeys(names, draft))
            once.append(draft)
            continue
        where = f"{before.file}:{before.document.first_line}"
        sentence = f"A rule with this id or name is at {where} already. Give this one another: an alert names its rule."
        line = draft.document.line("id" if before.rule_id == draft.rule_id and "id" in draft.document.data else "name")
        faults.append(Fault(draft.file, line, sentence))
    return once


_NO_LEVEL = "The rule does not say how grave it is. Add level: informational, low, medium, high or critical."


def _why_not_alone(draft: Draft, too_wide: str | None) -> Fault | None:
    """Why a rule cannot alert by itself; it may still be counted by others."""
    if too_wide is not None:
        return Fault(draft.file, draft.document.line("detection", "condition"), too_wide)
    if draft.severity is None:
        return Fault(draft.file, draft.document.first_line, _NO_LEVEL)
    return None


def _refuse_counting_to_one(draft: Draft, correlation: Correlation, too_wide: Sequence[str | None]) -> None:
    if draft.severity is None:
        raise RuleFaultError(_NO_LEVEL)
    widest = next((sentence for place in correlation.of if (sentence := too_wide[place]) is not None), None)
    if widest is not None and correlation.at_least == 1:
        raise RuleFaultError(widest, draft.document.line("correlation", "condition"))


def _correlation(draft: Draft, asked: AskedCorrelation, simple: Sequence[Draft], places: dict[str, int]) -> Correlation:
    of: list[int] = []
    for number, name in enumerate(asked.rules):
        if asked.relation is Relation.TEMPORAL and asked.rules.count(name) > 1:
            msg = f"The rule {name!r} stands here twice; a temporal correlation asks only whether each fired."
            raise RuleFaultError(msg, draft.document.line("correlation", "rules", number))
        if name not in places:
            msg = (
                f"There is no rule {name!r} to correlate, or it has a fault itself. "
                "Correlations of correlations are not supported."
            )
            raise RuleFaultError(msg, draft.document.line("correlation", "rules", number))
        of.append(places[name])
    for key, field in [("group-by", one) for one in asked.by] + [("condition", one) for one in (asked.field,) if one]:
        for place in of:
            selection = simple[place].looks_for
            assert isinstance(selection, Selection)
            category = category_named(selection.category)
            if category is None or category.field(field) is None:
                about = f"The rule {simple[place].title!r} is about a {selection.category}"
                msg = f"{about}, of which no field {field} is known."
                raise RuleFaultError(msg, draft.document.line("correlation", key))
            if field in PART_FIELDS:
                msg = f"{field} is of one simple command, and a line may hold several. Take a field of the whole line."
                raise RuleFaultError(msg, draft.document.line("correlation", key))
    return Correlation(asked.relation, tuple(of), asked.within_ns, asked.at_least, asked.by, asked.field)


def _rule(draft: Draft, looks_for: Selection | Correlation, *, alerts: bool) -> Rule:
    return Rule(
        draft.rule_id,
        draft.name,
        draft.version,
        draft.title,
        draft.reason,
        draft.severity,
        draft.response,
        looks_for,
        alerts,
        draft.file,
        draft.document.first_line,
        draft.tags,
        draft.references,
        draft.fires,
        draft.silent,
    )
