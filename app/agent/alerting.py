"""Alerts of a recorder on their way out of the machine, as the policy's channels want them.

What channels need (a database, mail, TLS: 10 MB of memory) is loaded only where a policy names one.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.agent.supervision.messages import AlertRaised
from app.channels.message import AlertMessage, Origin, message_of
from recorder.clock import Clock
from recorder.errors import StorageError
from recorder.events import Alert
from recorder.evidence.key_folder import home_folder
from recorder.evidence.writer import SessionHeader
from recorder.logrow import inert
from recorder.policy.sections import ChannelPolicy

if TYPE_CHECKING:
    from app.channels.outbox import ChannelState
    from app.channels.outlet import Tell
    from app.channels.webhook import Sign

Put = Callable[[Alert], None]
OUTBOX_NAME = "outbox.db"
PutMessage = Callable[[AlertMessage], None]


def alert_raised(alert: Alert) -> AlertRaised:
    """What whoever carries out its response is told of it."""
    from recorder.detect.ladder import wanted_steps

    about = (alert.rule, alert.version, alert.title, alert.severity, alert.reason)
    return AlertRaised(alert.at_ns, *about, wanted_steps(alert.response))


def outbox_path() -> Path:
    """Where this user's alerts wait."""
    return home_folder() / OUTBOX_NAME


@contextlib.contextmanager
def outlet_for(
    policies: Sequence[ChannelPolicy],
    header: SessionHeader,
    *,
    clock: Clock,
    tell: "Tell",
    also: PutMessage = lambda _: None,
) -> Iterator[Put | None]:
    """Where this session's alerts are to be put; None if no channel is named. `also` is given each at once."""
    if not policies:
        yield None
        return
    origin = Origin(
        recording=header.session_id,
        operator=header.operator,
        host=header.host,
        started_wall_ns=header.started.wall_ns,
    )

    def put_both(alert: Alert) -> None:
        message = message_of(alert, origin)
        also(message)
        put(message)

    with alerts_kept(policies, clock=clock, tell=tell) as put:
        yield put_both


@contextlib.contextmanager
def alerts_kept(policies: Sequence[ChannelPolicy], *, clock: Clock, tell: "Tell") -> Iterator[PutMessage]:
    """Where messages are to be put; nowhere, if no channel is named."""
    if not policies:
        yield lambda _: None
        return
    from app.channels.outlet import Outlet

    outlet = Outlet(outbox_path(), policies, clock=clock, tell=tell)
    outlet.start()
    try:
        yield outlet.put
    finally:
        outlet.close()


def left_over(policies: Sequence[ChannelPolicy], tell: "Tell" = lambda _: None) -> "Sequence[ChannelState]":
    """The channels for which alerts wait, and which the policy does not name (any more).

    Raises:
        StorageError: the outbox cannot be used.
    """
    if not outbox_path().exists():
        return ()
    from app.channels.outbox import Outbox

    with contextlib.closing(Outbox(outbox_path(), tell=tell)) as outbox:
        return outbox.left_over({policy.name for policy in policies})


def left_over_words(state: "ChannelState") -> str:
    """What to say of such a channel."""
    return (
        f"{inert(state.name)} (the policy does not name it): {state.waiting} waiting, and not sent until a policy"
        " names a channel of this name again."
    )


@contextlib.contextmanager
def sending(policies: Sequence[ChannelPolicy], *, sign: "Sign", clock: Clock, tell: "Tell") -> Iterator[None]:
    """Send what waits in the outbox meanwhile; `tell` hears at once of what waits for channels that are not named.

    Raises:
        StorageError: the outbox cannot be used.
    """
    if not policies:
        try:
            for state in left_over(policies, tell):
                tell(left_over_words(state))
        except StorageError as error:  # nothing is to be sent: no reason not to begin
            tell(str(error))
        yield
        return
    from app.channels.courier import Courier
    from app.channels.opening import addresses_of, open_channels
    from app.channels.outbox import Outbox

    with contextlib.closing(Outbox(outbox_path(), tell=tell)) as outbox:
        outbox.hand_over(addresses_of(policies))
        for state in outbox.left_over({policy.name for policy in policies}):
            tell(left_over_words(state))
        courier = Courier(outbox, open_channels(policies, sign=sign, clock=clock), clock=clock)
        courier.start()
        try:
            yield
        finally:
            courier.stop()
