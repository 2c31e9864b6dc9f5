"""Alerts of a recorder on their way out of the machine, as the policy's channels want them.

What channels need (a database, mail, TLS: 10 MB of memory) is loaded only where a policy names one.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.agent.supervision.messages import AlertRaised
from recorder.clock import Clock
from recorder.events import Alert
from recorder.evidence.key_folder import home_folder
from recorder.evidence.writer import SessionHeader
from recorder.policy.sections import ChannelPolicy

if TYPE_CHECKING:
    from app.channels.outlet import Tell
    from app.channels.webhook import Sign

Put = Callable[[Alert], None]


def alert_raised(alert: Alert) -> AlertRaised:
    """What whoever carries out its response is told of it."""
    from recorder.detect.ladder import wanted_steps

    about = (alert.rule, alert.version, alert.title, alert.severity, alert.reason)
    return AlertRaised(alert.at_ns, *about, wanted_steps(alert.response))


def outbox_path() -> Path:
    """Where this user's alerts wait."""
    from app.channels.outbox import FILE_NAME

    return home_folder() / FILE_NAME


@contextlib.contextmanager
def outlet_for(
    policies: Sequence[ChannelPolicy], header: SessionHeader, *, clock: Clock, tell: "Tell"
) -> Iterator[Put | None]:
    """Where this session's alerts are to be put; None if no channel is named."""
    if not policies:
        yield None
        return
    from app.channels.message import Origin
    from app.channels.outlet import Outlet

    origin = Origin(
        recording=header.session_id,
        operator=header.operator,
        host=header.host,
        started_wall_ns=header.started.wall_ns,
    )
    outlet = Outlet(outbox_path(), policies, origin, clock=clock, tell=tell)
    outlet.start()
    try:
        yield outlet.put
    finally:
        outlet.close()


@contextlib.contextmanager
def sending(policies: Sequence[ChannelPolicy], *, sign: "Sign", clock: Clock) -> Iterator[None]:
    """Send what waits in the outbox meanwhile.

    Raises:
        StorageError: the outbox cannot be used.
    """
    if not policies:
        yield
        return
    from app.channels.courier import Courier
    from app.channels.opening import open_channels
    from app.channels.outbox import Outbox

    with contextlib.closing(Outbox(outbox_path())) as outbox:
        courier = Courier(outbox, open_channels(policies, sign=sign, clock=clock), clock=clock)
        courier.start()
        try:
            yield
        finally:
            courier.stop()
