"""The channels that a policy names, ready to send; and which of them an alert goes to."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from app.channels.desktop import DesktopChannel
from app.channels.mail import MailChannel
from app.channels.sending import Channel
from app.channels.syslog import SyslogChannel
from app.channels.webhook import Sign, WebhookChannel
from recorder.clock import Clock
from recorder.logrow import SEVERITIES
from recorder.policy.sections import ChannelKind, ChannelPolicy


def open_channels(policies: Iterable[ChannelPolicy], *, sign: Sign, clock: Clock) -> Mapping[str, Channel]:
    """By name; nothing is connected before something is sent."""
    return {policy.name: _channel(policy, sign, clock) for policy in policies}


def addresses_of(policies: Iterable[ChannelPolicy]) -> Mapping[str, str]:
    """Where each channel leads to, by its name: the same for two that only are called differently."""
    return {policy.name: _address(policy) for policy in policies}


def channels_for(severity: str, policies: Iterable[ChannelPolicy]) -> Sequence[str]:
    """The names of those that send alerts of this severity; one that is not known goes to all."""
    rank = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
    return [policy.name for policy in policies if rank >= SEVERITIES.index(policy.least_severity)]


def _address(policy: ChannelPolicy) -> str:
    parts = [policy.kind, policy.host, policy.port, policy.transport, policy.url, *sorted(policy.recipients)]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()  # a webhook's address may be a secret


def _channel(policy: ChannelPolicy, sign: Sign, clock: Clock) -> Channel:
    match policy.kind:
        case ChannelKind.SYSLOG:
            return SyslogChannel(policy.host, policy.port, policy.transport, policy.ca_file)
        case ChannelKind.WEBHOOK:
            return WebhookChannel(policy.url, sign, clock, policy.ca_file, policy.secret_file)
        case ChannelKind.MAIL:
            return MailChannel(
                policy.host,
                policy.sender,
                policy.recipients,
                policy.port,
                policy.transport,
                policy.user,
                policy.secret_file,
                policy.ca_file,
            )
        case ChannelKind.DESKTOP:
            return DesktopChannel()
