"""The judge: events in, alerts out, with rules that were compiled once."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from recorder.clock import NS_PER_S
from recorder.detect.bursts import WITHIN_NS, Bursts, LeftOut
from recorder.detect.conditions import is_decided_early
from recorder.detect.counted import Counted
from recorder.detect.ladder import wanted_response
from recorder.detect.matching import Matcher
from recorder.detect.observation import Observation
from recorder.detect.observing import Observer
from recorder.detect.rule import Correlation, Rule, Selection
from recorder.detect.windows import Correlating, Hit
from recorder.events import Alert, Event, FiredBy, SessionStarted
from recorder.policy.sections import Response, RulesPolicy

MOST_ROWS = 20  # of an alert
SAME_ACT_NS = 5 * NS_PER_S  # a line entered and the processes that it starts are one act
MOST_LINES_REMEMBERED = 100
SAID_AGAIN = frozenset({"evasion", "policy"})  # kinds of rows: to the recorder after one that may have counted them


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The rules of one category: what finds them, their places in the rule set, those that growing text decides."""

    matcher: Matcher
    places: tuple[int, ...]
    early: frozenset[int]


class Judge:
    """Holds rules against what happens. The same code live and over old recordings; it knows neither clock nor file.

    An alert's `at_ns` is `now_ns` where it is given (when it was judged), else the time of what fired it.
    `tells_counted`: somebody asks for what is `newly_counted`. `counts`: it is told all that happens; a judge that is
    told a part of it leaves counts and sequences to the one that is told all.
    """

    def __init__(
        self, rules: Iterable[Rule], policy: RulesPolicy, *, tells_counted: bool = False, counts: bool = True
    ) -> None:
        self._rules = tuple(rules)
        self._policy = policy
        self._observer = Observer()
        self._compiled = _compiled(self._rules)
        self._correlations: defaultdict[int, list[int]] = defaultdict(list)
        self._windows: dict[int, Correlating] = {}
        for place, rule in enumerate(self._rules):
            if counts and isinstance(rule.looks_for, Correlation):
                self._windows[place] = Correlating(rule.looks_for)
                for counted in frozenset(rule.looks_for.of):
                    self._correlations[counted].append(place)
        self._names = {rule.rule_id or rule.name: place for place, rule in enumerate(self._rules)}
        self._tells_counted = tells_counted
        self._counted: list[Counted] = []
        self._counted_before: set[tuple[int, int, FiredBy]] = set()
        self._bursts = Bursts()
        self._run = -1
        self._fired_in_run: dict[int, int] = {}
        self._lines: deque[tuple[int, str, frozenset[int]]] = deque(maxlen=MOST_LINES_REMEMBERED)

    def know(self, started: SessionStarted) -> None:
        """Who is recorded, and when it began, without judging it: for a recording that goes on after a break."""
        self._observer.know(started)

    def go_on(self, counted: Iterable[Counted]) -> None:
        """Take up what counts and sequences stood at for the judge before this one; what fired then is not said again.

        What was counted by rules that are not there any more counts for nothing.
        """
        for one in counted:
            window = self._windows.get(self._names.get(one.correlation, -1))
            places = frozenset(self._names[name] for name in one.of if name in self._names)
            if window is not None and places:
                window.take(Hit(one.at_ns, one.row, places, one.group, one.values))
                if one.row.kind in SAID_AGAIN:
                    self._counted_before.add((self._names[one.correlation], one.at_ns, one.row))

    def newly_counted(self) -> tuple[Counted, ...]:
        """What counts and sequences took in since this was asked last."""
        counted, self._counted = tuple(self._counted), []
        return counted

    def judge(self, event: Event, *, now_ns: int | None = None, is_judged: bool = False) -> list[Alert]:
        """What this event makes fire. `is_judged`: another judge said so, which does not count."""
        seen = self._observer.take(event)
        return [alert for one in seen for alert in self._judge_one(one, now_ns, is_judged=is_judged)]

    def look(self, now_ns: int) -> list[Alert]:
        """What the text that is just being typed makes fire, and what was left out of bursts that are over."""
        alerts = self._judge_all(self._observer.look(now_ns), now_ns)
        return alerts + [self._left_out(left, now_ns) for left in self._bursts.over(now_ns)]

    def finish(self, now_ns: int | None = None) -> list[Alert]:
        """What is still open: there will be no more events."""
        alerts = self._judge_all(self._observer.finish(), now_ns)
        return alerts + [
            self._left_out(left, left.last_ns if now_ns is None else now_ns) for left in self._bursts.over(None)
        ]

    @property
    def look_due_ns(self) -> int | None:
        """From when on `look` has more to tell of the text that is being typed; None: of what came so far, nothing."""
        return self._observer.look_due_ns

    @property
    def is_burst_open(self) -> bool:
        """Whether `look` will have to say what was left out of a burst."""
        return self._bursts.is_open

    def forgotten(self) -> list[tuple[Rule, int]]:
        """Correlations of so many groups that some were given up while they held hits, and how many of them."""
        return [(self._rules[place], window.forgotten) for place, window in self._windows.items() if window.forgotten]

    # --- one observation ----------------------------------------------------------------------------------------------

    def _judge_all(self, seen: Iterable[Observation], now_ns: int | None) -> list[Alert]:
        return [alert for one in seen for alert in self._judge_one(one, now_ns)]

    def _judge_one(self, seen: Observation, now_ns: int | None, *, is_judged: bool = False) -> list[Alert]:
        places = self._matching(seen)
        if not places:
            return []
        fired = [place for place in places if self._rules[place].alerts and not is_judged]
        alerts = [self._alert(place, (seen.row,), seen.at_ns, now_ns) for place in fired]
        relating = dict.fromkeys(one for place in places for one in self._correlations.get(place, ()))
        for place in relating:
            hit = self._windows[place].hit(places, seen)
            is_new = hit is not None and (place, hit.at_ns, hit.row) not in self._counted_before
            rows = self._take(place, hit) if hit is not None and is_new else None
            if rows is not None:
                alerts.append(self._alert(place, rows, seen.at_ns, now_ns))
        return [alert for alert in alerts if alert is not None]

    def _take(self, place: int, hit: Hit) -> tuple[FiredBy, ...] | None:
        rows = self._windows[place].take(hit)
        if not self._tells_counted:
            return rows
        asked = self._rules[place].looks_for
        assert isinstance(asked, Correlation)
        names = (self._rules[one].rule_id or self._rules[one].name for one in (place, *sorted(hit.places)))
        correlation, *of = names
        about = (correlation, tuple(of), hit.at_ns, asked.within_ns, hit.group, hit.values, hit.row)
        self._counted.append(Counted(*about, rows is not None))
        return rows

    def _matching(self, seen: Observation) -> list[int]:
        """The places of the rules that match, each once for the same thing."""
        compiled = self._compiled.get(seen.category)
        if compiled is None:
            return []
        found = compiled.matcher.matching(seen, among=compiled.early if seen.is_growing else None)
        if seen.run is not None:
            found = self._fresh_in_run(compiled, found, seen)
        places = [compiled.places[inner] for inner in found]
        return self._not_the_same_act(places, seen) if seen.category == "command" else places

    def _fresh_in_run(self, compiled: _Compiled, found: list[int], seen: Observation) -> list[int]:
        """Those that match what came after the place where they fired last in this stretch of text."""
        if seen.run != self._run:
            self._run, self._fired_in_run = seen.run or 0, {}
        text = seen.value("Text")
        assert isinstance(text, str)
        fresh: list[int] = []
        for inner in found:
            since = seen.run_end - self._fired_in_run.get(inner, 0)
            rest = text[max(0, len(text) - since) :] if since > 0 else ""
            again = rest == text or (
                rest
                and inner
                in compiled.matcher.matching(
                    replace(seen, fields={**seen.fields, "Text": rest}), among=frozenset({inner})
                )
            )
            if again:
                fresh.append(inner)
                self._fired_in_run[inner] = seen.run_end
        return fresh

    def _not_the_same_act(self, places: list[int], seen: Observation) -> list[int]:
        """A process that an entered line started is not told again by the rules that the line made fire."""
        line = _bare(str(seen.value("CommandLine")))
        if seen.value("Evidence") == "typed":
            if places:
                self._lines.append((seen.at_ns, line, frozenset(places)))
            return places
        told = {
            place
            for at_ns, entered, fired in self._lines
            if seen.at_ns - at_ns <= SAME_ACT_NS and line and line in entered
            for place in fired
        }
        return [place for place in places if place not in told]

    # --- what is said of it -------------------------------------------------------------------------------------------

    def _alert(self, place: int, rows: tuple[FiredBy, ...], at_ns: int, now_ns: int | None) -> Alert | None:
        at_ns = at_ns if now_ns is None else now_ns
        if not self._bursts.lets_through(place, at_ns, rows[-1]):
            return None
        rule, reason = self._rules[place], self._rules[place].reason
        looked = rule.looks_for
        if isinstance(looked, Correlation):
            reason = f"{reason} ({len(rows)} rows within {looked.within_ns // NS_PER_S} s)"
        if len(rows) > MOST_ROWS:
            rows = (*rows[: MOST_ROWS // 2], *rows[-MOST_ROWS // 2 :])
        return self._made(rule, at_ns, reason, rows, wanted_response(rule, self._policy))

    def _left_out(self, left: LeftOut, now_ns: int) -> Alert:
        rule = self._rules[left.place]
        times = "1 more alert of this rule was" if left.count == 1 else f"{left.count} more alerts of this rule were"
        reason = f"{times} left out within {WITHIN_NS // NS_PER_S} s; this is the last of them. {rule.reason}"
        return self._made(rule, now_ns, reason, (left.row,), Response.RECORD)

    def _made(self, rule: Rule, at_ns: int, reason: str, rows: tuple[FiredBy, ...], response: Response) -> Alert:
        return Alert(
            at_ns,
            rule.rule_id,
            rule.version,
            rule.title,
            str(rule.severity),
            reason,
            rows,
            "" if response is Response.RECORD else str(response),
        )


def _compiled(rules: tuple[Rule, ...]) -> dict[str, _Compiled]:
    by_category: defaultdict[str, list[tuple[int, Selection]]] = defaultdict(list)
    for place, rule in enumerate(rules):
        if isinstance(rule.looks_for, Selection):
            by_category[rule.looks_for.category].append((place, rule.looks_for))
    return {
        category: _Compiled(
            Matcher([selection.tree for _, selection in selections]),
            tuple(place for place, _ in selections),
            frozenset(
                inner for inner, (_, selection) in enumerate(selections) if is_decided_early(selection.tree, "Text")
            ),
        )
        for category, selections in by_category.items()
    }


def _bare(line: str) -> str:
    """A line without what a shell takes out of it."""
    return " ".join(line.translate({ord(sign): None for sign in "'\"\\"}).split())
