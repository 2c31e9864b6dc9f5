"""Holds keys back until it is known whether they may be recorded: what is typed into a password is not let through."""

import logging
import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from recorder.agent_events import HIDDEN_KEYS_STEP, HiddenInput
from recorder.capture.ending_keys import cuts_text, ends_reading, is_enter, may_paste, pastes
from recorder.capture.far_echo import ANSWER_NS, FarEcho
from recorder.capture.focus_visits import FocusVisits, Visit
from recorder.capture.focused_fields import FocusedFields
from recorder.capture.hidden_places import ECHO_OFF, LATE, SCREEN_LOCK, Hidden, Place
from recorder.capture.pastes import Pastes
from recorder.capture.source import Emit
from recorder.clock import NS_PER_MS, NS_PER_S, SessionClock
from recorder.events import Click, Event, Key, KeyActivity, LockChanged

# Other threads learn of a dialog or a field a few milliseconds after it took the focus.
HOLD_NS = 120 * NS_PER_MS
# A program that is busy says later what its field is; after this it is taken for a password's.
ASKING_NS = 400 * NS_PER_MS
# While nothing typed is recorded, the end of that is looked for so often.
LOOK_EVERY_NS = 10 * NS_PER_MS
# If nobody types meanwhile. So long after a key it may be let through, too, and the thread wakes once for both: what is
# due soon is done while it is awake.
RARELY_NS = HOLD_NS
SOON_NS = 3 * NS_PER_MS
# The same where nothing but the display, which is asked at every key, can say that what is typed is to be hidden. It is
# looked then so that a window that has come to the front, or gone, is known before a person types into another.
SELDOM_NS = 250 * NS_PER_MS
# Keys are let through together, if they follow each other faster than this.
TOGETHER_NS = 50 * NS_PER_MS
# After the last key it is still looked now and then, so that it is known where the next one goes before it comes.
LATELY_NS = 30 * NS_PER_S
LOOK_APART_NS = 4 * NS_PER_MS
# Nobody reads a prompt and answers it within this time: what is the same before and after was so in between.
SURE_NS = 150 * NS_PER_MS
OLDEST_NS = 2 * NS_PER_S
REMEMBERED_NS = 30 * NS_PER_S
PAUSE_NS = NS_PER_S
LONGEST_NS = 4 * NS_PER_S
ACTIVITY_NS = NS_PER_S
NEVER_NS = 1 << 62
STOP_LIMIT_S = 1.0

log = logging.getLogger(__name__)

Look = Callable[[], Place]


@dataclass(frozen=True, slots=True)
class _Sample:
    at_ns: int
    place: Place
    visit: Visit | None = None


@dataclass(slots=True)
class _Run:
    """Keys that were hidden one after the other, for the same reason."""

    hidden: Hidden
    at_ns: int
    end_ns: int
    keys: int = 0

    def event(self) -> HiddenInput:
        rounded = -(-self.keys // HIDDEN_KEYS_STEP) * HIDDEN_KEYS_STEP
        return HiddenInput(self.at_ns, self.end_ns, rounded, self.hidden.why, self.hidden.detail)


class KeyGate:
    """Between the sources and the queue. `put` is for any thread, and never waits for the outside but in `look`.

    `look` says what is typed into now, and is asked when a key arrives: a key is recorded only if nothing was to be
    hidden at the last look before it and at the first after it, and if it is certain that there was nothing in between.
    `fields` knows when a password field had the focus, as far as programs told; for its sake keys wait `HOLD_NS`.
    `visits` knows of windows whose programs have not told yet; for its sake they wait longer. What arrives behind a
    waiting key waits with it, so the order stays. A click that may paste waits as a key does, so that a paste is told
    of (`pastes`) only where what is typed is recorded; the click itself always is.
    """

    def __init__(
        self,
        look: Look,
        fields: FocusedFields | None = None,
        visits: FocusVisits | None = None,
        pastes: Pastes | None = None,
    ) -> None:
        self._look = look
        self._fields = fields or FocusedFields()
        self._visits = visits or FocusVisits(self._fields, lambda _pid: None)
        self._pastes = pastes
        self._gate = threading.Condition()
        self._looking = threading.Lock()
        self._waiting: deque[Event] = deque()
        self._samples: list[_Sample] = []
        self._far = FarEcho()
        self._endings: deque[int] = deque()
        self._tabs: deque[int] = deque(maxlen=64)
        self._run: _Run | None = None
        self._activity: KeyActivity | None = None
        self._is_locked = False
        self._typed_at_ns = 0
        self._newest_ns = -1  # the time of the last key, by the server
        self._wakes_at_ns: int | None = None
        self._judged_at_ns = -TOGETHER_NS
        self._stopping = False
        self._emit_outside: Emit | None = None
        self._on_end: Callable[[Exception], None] | None = None
        self._clock_given: SessionClock | None = None
        self._thread = threading.Thread(target=self._release, name="key gate", daemon=True)

    def start(self, emit: Emit, clock: SessionClock, on_end: Callable[[Exception], None] | None = None) -> None:
        """Begin to let through. `on_end` hears, from the thread, of the fault that ends it before it is stopped."""
        self._emit_outside, self._clock_given, self._on_end = emit, clock, on_end
        self._sample()
        self._thread.start()

    def stop(self) -> None:
        """Judge everything that waits, and end. The sources have stopped, or were left behind."""
        with self._gate:
            self._stopping = True
            self._gate.notify_all()
        if self._thread.ident is not None:
            self._thread.join(STOP_LIMIT_S)
            if not self._thread.is_alive() and self._looking.acquire(timeout=STOP_LIMIT_S):
                self._looking.release()
                self._let_through(everything=True)
            else:
                self._hide_all()
            self._flush()

    def put(self, event: Event) -> None:
        """Take an event of a source."""
        is_typed = isinstance(event, Key | KeyActivity)
        is_held = is_typed or may_paste(event)
        if is_held and self._may_look_now():
            self._sample(since_ns=event.at_ns)
        with self._gate:
            if isinstance(event, LockChanged):
                self._is_locked = event.locked
            if ends_reading(event):
                self._endings.append(event.at_ns)
            if (isinstance(event, Click) and event.pressed) or (isinstance(event, Key) and event.name == "tab"):
                self._tabs.append(event.at_ns)
            if is_held:
                self._typed_at_ns = self._clock.now_ns()
                self._newest_ns = max(self._newest_ns, event.at_ns)
            if is_typed:
                self._fields.typed(event.at_ns, self._samples[-1].place)
                self._visits.typed(event.at_ns)
            if is_held or self._waiting:
                self._waiting.append(event)
                self._wake_for(self._due_ns())
            else:
                self._emit(event)

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def _clock(self) -> SessionClock:
        assert self._clock_given is not None, "used before start"
        return self._clock_given

    def _emit(self, event: Event) -> None:
        assert self._emit_outside is not None, "used before start"
        self._emit_outside(event)
        sign = None if self._pastes is None else self._pastes.follow(event)
        if sign is not None:
            self._emit_outside(sign)

    def _sample(self, *, since_ns: int | None = None) -> None:
        """Look, unless somebody has since this time."""
        with self._looking:
            if since_ns is not None and self._samples and self._samples[-1].at_ns >= since_ns:
                return
            started_ns = self._clock.now_ns()
            place = Place(Hidden(SCREEN_LOCK)) if self._is_locked else self._look()
            self._fields.looked(started_ns, place)
            from_ns = self._samples[-1].at_ns if self._samples else -1
            visit = self._visits.came(place, from_ns=from_ns, at_ns=started_ns)
            self._samples.append(_Sample(max(started_ns, since_ns or 0), place, visit))
            if place.is_far and place.pid is not None and place.read_bytes is not None:
                self._far.read(self._clock.now_ns(), place.pid, place.read_bytes)
            oldest_ns = started_ns - REMEMBERED_NS
            self._far.forget(oldest_ns)
            if self._samples[0].at_ns < oldest_ns:
                del self._samples[: max(0, bisect_left(self._samples, oldest_ns, key=_at_ns) - 1)]

    def _may_look_now(self) -> bool:
        """Not more often than looking costs: of a burst of keys the thread looks once it is over."""
        samples = self._samples
        return not samples or self._clock.now_ns() - samples[-1].at_ns >= LOOK_APART_NS

    def _look_if_due(self) -> None:
        """After the newest key, and again and again while nothing typed is recorded, or a far end is to answer."""
        if self._look_due_ns() <= self._clock.now_ns() + SOON_NS or (self._stopping and self._is_newest_unseen):
            self._sample()

    def _hidden_at(self, at_ns: int, *, is_cut: bool) -> Hidden | None:
        """Why a key of this time is not recorded; None if it is."""
        at = bisect_left(self._samples, at_ns, key=_at_ns)
        before = self._samples[at - 1] if at else None
        after = self._samples[at] if at < len(self._samples) else None
        if after is None or before is None:
            return Hidden(ECHO_OFF, LATE)
        has_ended = any(at_ns < ending_ns <= after.at_ns for ending_ns in self._endings)
        is_sure = after.at_ns - before.at_ns <= SURE_NS
        moves = (*self._endings, at_ns + 1) if is_cut else tuple(self._endings)
        hidden = before.place.hidden or self._fields.hides(at_ns, moves, after.place, self._tabs)
        hidden = hidden or self._visits.hides(after.visit, at_ns, self._endings)
        # That a line or a field was ended is no secret, and a program that asks then was not there before it was.
        asks_since = after.place.hidden is not None and after.place.hidden.why == ECHO_OFF and (has_ended or is_cut)
        if not (asks_since and is_sure):
            hidden = hidden or after.place.hidden
        if hidden is not None:
            return hidden
        is_unsure = not is_sure and (has_ended or after.at_ns - at_ns > OLDEST_NS)
        return Hidden(ECHO_OFF, LATE) if is_unsure else None

    def _hidden_far_away(self, event: Key | KeyActivity | Click) -> Hidden | None:
        """Why a key for another machine is not recorded: it did not come back."""
        at = bisect_left(self._samples, event.at_ns, key=_at_ns)
        places = [sample.place for sample in self._samples[max(0, at - 1) : at + 1]]
        if not any(place.is_far for place in places):
            return None
        ends_line = ends_reading(event) and not pastes(event)
        return self._far.hides(event.at_ns, self._endings, ends_line=ends_line)

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _release(self) -> None:
        try:
            while self._wait():
                self._look_if_due()
                self._let_through()
            self._look_if_due()
        except Exception as error:  # the thread's top: what waits would wait for ever, and nobody would know
            log.debug("key gate ended", exc_info=True)
            if self._on_end is not None:
                self._on_end(error)

    @property
    def _is_newest_unseen(self) -> bool:
        return bool(self._samples) and self._samples[-1].at_ns < self._newest_ns

    def _look_due_ns(self) -> int:
        """When to look again by itself."""
        last, quiet_ns = self._samples[-1], self._clock.now_ns() - self._typed_at_ns
        if self._is_newest_unseen:
            return last.at_ns + LOOK_APART_NS
        is_hidden = last.place.hidden is not None or last.place.is_far
        if is_hidden and quiet_ns < OLDEST_NS:
            return last.at_ns + LOOK_EVERY_NS
        has_typed_lately = self._typed_at_ns > 0 and quiet_ns < LATELY_NS
        if not is_hidden and not has_typed_lately:
            return NEVER_NS
        return last.at_ns + (RARELY_NS if is_hidden or last.place.may_turn_silent else SELDOM_NS)

    @property
    def _hold_ns(self) -> int:
        if self._fields.is_asking or self._visits.is_unsure:
            return ASKING_NS
        return ANSWER_NS if self._samples and self._samples[-1].place.is_far else HOLD_NS

    def _wait(self) -> bool:
        """Until something is due; False at the end."""
        with self._gate:
            if self._stopping:
                return False
            now_ns, due_ns = self._clock.now_ns(), self._due_ns()
            if due_ns > now_ns:
                self._wakes_at_ns = due_ns
                self._gate.wait(None if due_ns == NEVER_NS else (due_ns - now_ns) / NS_PER_S)
                self._wakes_at_ns = None
            return not self._stopping

    def _wake_for(self, due_ns: int) -> None:
        """Let the thread not wait longer than until then. It is left alone if it will not anyway: waking it costs."""
        if self._wakes_at_ns is not None and self._wakes_at_ns > due_ns:
            self._gate.notify_all()

    def _due_ns(self) -> int:
        """When there is something to do for the thread."""
        due_ns = self._look_due_ns()
        if self._waiting:
            due_ns = min(due_ns, max(self._waiting[0].at_ns + self._hold_ns, self._judged_at_ns + TOGETHER_NS))
        elif self._run is not None or self._activity is not None:
            due_ns = min(due_ns, self._clock.now_ns() + PAUSE_NS // 4)
        return due_ns

    def _let_through(self, *, everything: bool = False) -> None:
        """Judge what has waited for long enough, in its order.

        First it is waited for who looks, who may be kept waiting by the display: nobody may have to wait to `put` then.
        """
        while True:
            with self._looking, self._gate:
                if not self._waiting:
                    break
                event = self._waiting[0]
                is_held = isinstance(event, Key | KeyActivity) or may_paste(event)
                if is_held and not everything and self._clock.now_ns() - event.at_ns < self._hold_ns:
                    break
                self._judge(event)
                self._waiting.popleft()
                self._judged_at_ns = self._clock.now_ns()
        with self._gate:
            self._flush_rested()
            while self._endings and self._endings[0] < self._clock.now_ns() - REMEMBERED_NS:
                self._endings.popleft()

    def _hide_all(self) -> None:
        """Whoever looks has no answer: no key that waits is let through any more."""
        with self._gate:
            while self._waiting:
                event = self._waiting.popleft()
                if isinstance(event, Key | KeyActivity):
                    self._hide(event, Hidden(ECHO_OFF, LATE))
                else:
                    self._emit(event)

    def _judge(self, event: Event) -> None:
        if not isinstance(event, Key | KeyActivity):
            self._emit(event)
            if isinstance(event, Click) and may_paste(event):
                self._judge_click(event)
            return
        hidden = self._hidden_at(event.at_ns, is_cut=cuts_text(event)) or self._hidden_far_away(event)
        if hidden is not None:
            self._hide(event, hidden)
        elif isinstance(event, Key):
            self._flush()
            self._emit(event)
        else:
            self._count(event)

    def _judge_click(self, click: Click) -> None:
        """A click that may have pasted: told of where what is typed is shown."""
        if self._pastes is None or not self._pastes.has_something:
            return
        if self._hidden_at(click.at_ns, is_cut=False) is None and self._hidden_far_away(click) is None:
            sign = self._pastes.clicked(click)
            if sign is not None:
                self._emit(sign)

    def _hide(self, event: Key | KeyActivity, hidden: Hidden) -> None:
        run = self._run
        if run is None or run.hidden != hidden:
            self._flush()
            run = self._run = _Run(hidden, event.at_ns, event.at_ns)
        run.keys += event.presses if isinstance(event, KeyActivity) else 1
        run.end_ns = max(run.end_ns, event.at_ns)
        if is_enter(event):
            self._flush()

    def _count(self, event: KeyActivity) -> None:
        """Single presses added up, as they are recorded: a second of them at a time."""
        before = self._activity
        if before is None:
            self._flush()
            self._activity = event
        else:
            self._activity = KeyActivity(before.at_ns, event.end_ns, before.presses + event.presses)

    def _flush_rested(self) -> None:
        now_ns = self._clock.now_ns()
        run, activity = self._run, self._activity
        is_over = run is not None and (now_ns - run.end_ns > PAUSE_NS + HOLD_NS or now_ns - run.at_ns > LONGEST_NS)
        if is_over or (activity is not None and now_ns - activity.at_ns > ACTIVITY_NS + HOLD_NS):
            self._flush()

    def _flush(self) -> None:
        run, self._run = self._run, None
        if run is not None:
            self._emit(run.event())
        activity, self._activity = self._activity, None
        if activity is not None:
            self._emit(activity)


def _at_ns(sample: _Sample) -> int:
    return sample.at_ns
