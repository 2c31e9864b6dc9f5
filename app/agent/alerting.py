"""Alerts of a recorder on their way out of the machine, as the policy's channels want them."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.channels.courier import Courier
from app.channels.message import Origin
from app.channels.opening import open_channels
from app.channels.outbox import FILE_NAME, Outbox
from app.channels.outlet import Outlet, Tell
from app.channels.webhook import Sign
from recorder.clock import Clock
from recorder.events import Alert
from recorder.evidence.key_folder import home_folder
from recorder.evidence.writer import SessionHeader
from recorder.policy.sections import ChannelPolicy

Put = Callable[[Alert], None]


def outbox_path() -> Path:
    """Where this user's alerts wait."""
    return home_folder() / FILE_NAME


@contextlib.contextmanager
def outlet_for(
    policies: Sequence[ChannelPolicy], header: SessionHeader, *, clock: Clock, tell: Tell
) -> Iterator[Put | None]:
    """Where this session's alerts are to be put; None if no channel is named."""
    if not policies:
        yield None
        return
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
def sending(policies: Sequence[ChannelPolicy], *, sign: Sign, clock: Clock) -> Iterator[None]:
    """Send what waits in the outbox meanwhile.

    Raises:
        StorageError: the outbox cannot be used.
    """
    if not policies:
        yield
        return
    with contextlib.closing(Outbox(outbox_path())) as outbox:
        courier = Courier(outbox, open_channels(policies, sign=sign, clock=clock), clock=clock)
        courier.start()
        try:
            yield
        finally:
            courier.stop()
