"""What a policy allows that may not be meant: sentences to think about once more."""

from collections.abc import Iterator
from dataclasses import dataclass

from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.sections import ChannelKind, ChannelPolicy, KeysMode, Response, RulesPolicy, Transport
from recorder.policy.toml_lines import Place


@dataclass(frozen=True, slots=True)
class Caution:
    """`place` is the setting that it is about; a policy file may leave it out, then its section stands for it."""

    place: Place
    sentence: str


def cautions(policy: AgentPolicy) -> tuple[Caution, ...]:
    """Everything in the policy that an administrator may regret, whatever the machine it is to hold on."""
    return (*_on_persons(policy), *_on_rules(policy), *_on_keeping(policy), *_on_channels(policy))


def _on_persons(policy: AgentPolicy) -> Iterator[Caution]:
    if not policy.notice.shown:
        says = "Operators are not told that they are recorded; in many places the law asks for that."
        yield Caution(("notice", "shown"), says)
    if policy.supervision.operator_may_stop:
        says = "The operator may end the recording: what they do afterwards is not recorded."
        yield Caution(("supervision", "operator_may_stop"), says)
    if policy.recording.keys is not KeysMode.TEXT:
        says = "Without typed text no rule sees what is typed; only commands that start a process are judged."
        yield Caution(("recording", "keys"), says)


def _on_rules(policy: AgentPolicy) -> Iterator[Caution]:
    rules = policy.rules
    if not rules.built_in and not rules.folders:
        yield Caution(("rules", "built_in"), "No rule judges the session: nothing will ever fire.")
    elif _notifies(rules) and not policy.channels:
        says = "Alerts are to be notified, and there is no channel: no supervisor learns of them."
        yield Caution(("channels",), says)


def _notifies(rules: RulesPolicy) -> bool:
    led_to = (rules.at_informational, rules.at_low, rules.at_medium, rules.at_high, rules.at_critical)
    return any(response is not Response.RECORD for response in led_to)


def _on_keeping(policy: AgentPolicy) -> Iterator[Caution]:
    storage = policy.storage
    if not storage.quota_mb and not storage.keep_days:
        says = "Recordings neither expire nor have a quota: the disk fills up in the end."
        yield Caution(("storage", "keep_days"), says)
    elif not storage.archive:
        says = "Recordings are deleted when they expire, and there is no archive that keeps a copy."
        yield Caution(("storage", "archive"), says)


def _on_channels(policy: AgentPolicy) -> Iterator[Caution]:
    for number, channel in enumerate(policy.channels):
        if not _is_safe(channel):
            how = channel.transport.upper() if channel.transport is Transport.UDP else "an open connection"
            says = f'"{inert(channel.name)}" sends over {how}: others can read its messages, and forge them.'
            yield Caution(("channels", number, "transport"), says)


def _is_safe(channel: ChannelPolicy) -> bool:
    has_server = channel.kind in (ChannelKind.SYSLOG, ChannelKind.MAIL)
    return not has_server or channel.transport in (Transport.TLS, Transport.STARTTLS)
