"""What a policy allows that may not be meant: sentences to think about once more."""

from collections.abc import Iterator

from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.sections import ChannelKind, ChannelPolicy, KeysMode, Response, RulesPolicy, Transport


def cautions(policy: AgentPolicy) -> tuple[str, ...]:
    """Everything in the policy that an administrator may regret."""
    return (*_on_persons(policy), *_on_rules(policy), *_on_keeping(policy), *_on_masks(policy), *_on_channels(policy))


def _on_persons(policy: AgentPolicy) -> Iterator[str]:
    if not policy.notice.shown:
        yield "Operators are not told that they are recorded; in many places the law asks for that."
    if policy.supervision.operator_may_stop:
        yield "The operator may end the recording: what they do afterwards is not recorded."
    if policy.recording.keys is not KeysMode.TEXT:
        yield "Without typed text no rule sees what is typed; only commands that start a process are judged."


def _on_rules(policy: AgentPolicy) -> Iterator[str]:
    rules = policy.rules
    if not rules.built_in and not rules.folders:
        yield "No rule judges the session: nothing will ever fire."
    elif _notifies(rules) and not policy.channels:
        yield "Alerts are to be notified, and there is no channel: no supervisor learns of them."


def _notifies(rules: RulesPolicy) -> bool:
    led_to = (rules.at_informational, rules.at_low, rules.at_medium, rules.at_high, rules.at_critical)
    return any(response is not Response.RECORD for response in led_to)


def _on_keeping(policy: AgentPolicy) -> Iterator[str]:
    storage = policy.storage
    if not storage.quota_mb and not storage.keep_days:
        yield "Recordings neither expire nor have a quota: the disk fills up in the end."
    elif not storage.archive:
        yield "Recordings are deleted when they expire, and there is no archive that keeps a copy."


def _on_masks(policy: AgentPolicy) -> Iterator[str]:
    for mask in policy.masks:
        if not mask.applications and not mask.titles and mask.area is None:
            yield f'"{inert(mask.name)}" masks the whole desktop at its hours: nothing is seen then.'


def _on_channels(policy: AgentPolicy) -> Iterator[str]:
    for channel in policy.channels:
        if not _is_safe(channel):
            how = channel.transport.upper() if channel.transport is Transport.UDP else "an open connection"
            yield f'"{inert(channel.name)}" sends over {how}: others can read its messages, and forge them.'


def _is_safe(channel: ChannelPolicy) -> bool:
    has_server = channel.kind in (ChannelKind.SYSLOG, ChannelKind.MAIL)
    return not has_server or channel.transport in (Transport.TLS, Transport.STARTTLS)
