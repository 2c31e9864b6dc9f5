"""What the settings of a policy say together: where they contradict each other, or would leave nothing recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from recorder.patterns import Pattern
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.sections import (
    ChannelKind,
    ChannelPolicy,
    MaskRule,
    NoticePolicy,
    PurposeAsked,
    StoragePolicy,
    SupervisionPolicy,
    Transport,
)
from recorder.policy.toml_lines import Place

_MAIL_ONLY = frozenset({"user", "sender", "recipients"})
_SERVER = frozenset({"host", "port", "transport", "ca_file"})
# What a channel of each kind needs, and what else it uses; anything else would look as if it did something.
_NEEDED: Mapping[ChannelKind, frozenset[str]] = MappingProxyType(
    {
        ChannelKind.SYSLOG: frozenset({"host"}),
        ChannelKind.WEBHOOK: frozenset({"url"}),  # the machine's own key signs in any case
        ChannelKind.MAIL: frozenset({"host", "sender", "recipients"}),
        ChannelKind.DESKTOP: frozenset(),
    }
)
_USED: Mapping[ChannelKind, frozenset[str]] = MappingProxyType(
    {
        ChannelKind.SYSLOG: _SERVER,
        ChannelKind.WEBHOOK: frozenset({"url", "secret_file", "ca_file"}),
        ChannelKind.MAIL: _SERVER | _MAIL_ONLY | {"secret_file"},
        ChannelKind.DESKTOP: frozenset(),
    }
)
_TRANSPORTS: Mapping[ChannelKind, tuple[Transport, ...]] = MappingProxyType(
    {
        ChannelKind.SYSLOG: (Transport.TLS, Transport.UDP),
        ChannelKind.MAIL: (Transport.TLS, Transport.STARTTLS, Transport.PLAIN),
    }
)
# No window has this title; a pattern that is found in it and in nothing at all is found in every title.
_NO_TITLE = "\u2603 7q \u2603"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """`place` is where the policy's author looks first; `keys` are the settings that it hangs on."""

    place: Place
    keys: tuple[str, ...]
    sentence: str


def contradictions(policy: AgentPolicy) -> Iterator[Contradiction]:
    """Everything in the policy that cannot be meant."""
    yield from _notice(policy.notice)
    yield from _storage(policy.storage)
    yield from _supervision(policy.supervision)
    for number, mask in enumerate(policy.masks):
        yield from _mask(mask, ("masks", number))
    for number, channel in enumerate(policy.channels):
        yield from _channel(channel, ("channels", number))
    yield from _same_names("masks", [mask.name for mask in policy.masks])
    yield from _same_names("channels", [channel.name for channel in policy.channels])


def _of(*keys: str, says: str, place: Place | None = None) -> Contradiction:
    section, _, name = keys[0].partition(".")
    return Contradiction((section, name) if place is None else (*place, name), keys, says)


def _notice(notice: NoticePolicy) -> Iterator[Contradiction]:
    if not notice.shown and notice.hold_session:
        says = "`notice.hold_session` waits for a notice that `notice.shown` switches off; change one of them."
        yield _of("notice.hold_session", "notice.shown", says=says)
    if not notice.shown and notice.purpose is not PurposeAsked.NO:
        says = "`notice.purpose` is asked in a notice that `notice.shown` switches off; change one of them."
        yield _of("notice.purpose", "notice.shown", says=says)
    if notice.purpose_pattern and notice.purpose is PurposeAsked.NO:
        says = "`notice.purpose_pattern` is of a purpose that nobody asks for; set `notice.purpose` too."
        yield _of("notice.purpose_pattern", "notice.purpose", says=says)


def _storage(storage: StoragePolicy) -> Iterator[Contradiction]:
    if not storage.low_mb > storage.reserve_mb > storage.full_mb:
        says = (
            f"Storage gets low before it is down to its reserve, and full last, but here that is at {storage.low_mb}, "
            f"{storage.reserve_mb} and {storage.full_mb} MB; make each smaller than the one before."
        )
        yield _of("storage.reserve_mb", "storage.low_mb", "storage.full_mb", says=says)
    for earlier, later in (("at_low", "at_reserve"), ("at_reserve", "at_full")):
        if _rank(getattr(storage, later)) < _rank(getattr(storage, earlier)):
            says = f"`storage.{later}` does less than `storage.{earlier}`, though less room is left; exchange them."
            yield _of(f"storage.{later}", f"storage.{earlier}", says=says)


def _rank(one: StrEnum) -> int:
    return list(type(one)).index(one)


def _supervision(supervision: SupervisionPolicy) -> Iterator[Contradiction]:
    if supervision.silent_after_s < 1.5 * supervision.heartbeat_s:
        says = (
            f"After {supervision.silent_after_s:g} s of silence a process would be taken for dead that says every "
            f"{supervision.heartbeat_s:g} s that it lives; make `supervision.silent_after_s` half as long again."
        )
        yield _of("supervision.silent_after_s", "supervision.heartbeat_s", says=says)


def _mask(mask: MaskRule, place: Place) -> Iterator[Contradiction]:
    whole = ("masks.applications", "masks.titles", "masks.area", "masks.hours", "masks.days")
    if not (mask.applications or mask.titles or mask.area or mask.hours or mask.days):
        says = "This mask covers everything at all times, so nothing would be recorded; say what it masks, or when."
        yield Contradiction(place, whole, says)
    if any(set(one) == {"*"} for one in mask.applications):
        says = "`masks.applications` names every program; name those that are meant, or leave it out."
        yield _of("masks.applications", says=says, place=place)
    for number, title in enumerate(mask.titles):
        pattern = _pattern(title)
        if pattern is not None and pattern.is_in("") and pattern.is_in(_NO_TITLE):
            says = "`masks.titles` has a pattern that every title contains; write what is meant."
            yield Contradiction((*place, "titles", number), ("masks.titles",), says)


def _pattern(text: str) -> Pattern | None:
    try:
        return Pattern(text)
    except ValueError:  # which is a fault of its own
        return None


def _channel(channel: ChannelPolicy, place: Place) -> Iterator[Contradiction]:
    usual = ChannelPolicy()
    for name in sorted(_NEEDED[channel.kind]):
        if getattr(channel, name) == getattr(usual, name):
            says = f"A channel of the kind {channel.kind} needs `channels.{name}`; add it."
            yield _of(f"channels.{name}", "channels.kind", says=says, place=place)
    for name in sorted((_SERVER | _MAIL_ONLY | {"url", "secret_file"}) - _USED[channel.kind]):
        if getattr(channel, name) != getattr(usual, name):
            says = f"`channels.{name}` means nothing to a channel of the kind {channel.kind}; remove it."
            yield _of(f"channels.{name}", "channels.kind", says=says, place=place)
    transports = _TRANSPORTS.get(channel.kind, tuple(Transport))
    if channel.transport not in transports:
        says = f"`channels.transport` of a channel of the kind {channel.kind} is {' or '.join(transports)}; change it."
        yield _of("channels.transport", "channels.kind", says=says, place=place)


def _same_names(section: str, names: list[str]) -> Iterator[Contradiction]:
    for number, name in enumerate(names):
        if name and name in names[:number]:
            says = f"Two of `{section}` have the same name; give each one of its own."
            yield _of(f"{section}.name", says=says, place=(section, number))
