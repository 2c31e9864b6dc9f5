"""Alerts as notifications of the desktop that this runs on (freedesktop.org's Notifications, over D-Bus)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.channels.message import AlertMessage
from app.channels.sending import ANSWER_S, BadAnswerError, ServerAwayError, TimeLimit
from recorder.message_bus import why_no_bus

URGENCY = {"informational": 0, "low": 0, "medium": 1, "high": 2, "critical": 2}
_CRITICAL = 2
_AS_THE_DESKTOP_WANTS = -1
_NOBODY_THERE = "org.freedesktop.DBus.Error."  # the bus says so itself
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # a body may be read as markup


@dataclass(frozen=True, slots=True)
class DesktopChannel:
    """The session bus of whoever runs this."""

    most_at_once: int = 1  # each counts when it was shown: one that is refused must not show the others again

    def send(self, messages: Sequence[AlertMessage], limit: TimeLimit) -> None:
        """Show them."""
        try:
            from jeepney import DBusAddress, HeaderFields, new_method_call
            from jeepney.io.blocking import open_dbus_connection
            from jeepney.low_level import MessageType
        except ImportError as error:
            msg = "Desktop notifications are only shown on Linux; take the channel out of the policy here."
            raise ServerAwayError(msg) from error
        place = DBusAddress(
            "/org/freedesktop/Notifications",
            bus_name="org.freedesktop.Notifications",
            interface="org.freedesktop.Notifications",
        )
        try:
            with open_dbus_connection(bus="SESSION") as connection:
                limit.hold(connection.sock)
                for message in messages:
                    call = new_method_call(place, "Notify", "susssasa{sv}i", _notification(message))
                    answer = connection.send_and_get_reply(call, timeout=ANSWER_S)
                    if answer.header.message_type is MessageType.error:
                        raise _refusal(answer.header.fields.get(HeaderFields.error_name), answer.body)
        except (OSError, KeyError, ValueError) as error:  # KeyError: no address of a bus in the environment
            raise _no_notifications(why_no_bus(error)) from error


def _notification(message: AlertMessage) -> tuple[object, ...]:
    body = "\n".join(filter(None, (f"{message.operator} on {message.host}", message.reason, *message.rows[:3])))
    hints = {"urgency": ("y", URGENCY.get(message.severity, _CRITICAL))}
    return (
        "Tachiai",
        0,
        "dialog-warning",
        message.title,
        body.translate(_MARKUP),
        [],
        hints,
        _AS_THE_DESKTOP_WANTS,
    )


def _refusal(name: object, body: Sequence[object]) -> ServerAwayError:
    why = str(body[0]) if body else "refused"
    if str(name).startswith(_NOBODY_THERE):
        return _no_notifications(why)
    return BadAnswerError(f"This desktop did not show the alert ({why}); it is tried again.")


def _no_notifications(why: str) -> ServerAwayError:
    return ServerAwayError(f"This desktop shows no notifications ({why}); it is tried again.")
