"""Texts that must be written in a certain way: what is wrong with one, in a sentence."""

import ipaddress
import re
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import urlsplit

from recorder.patterns import Pattern
from recorder.policy.setting import Form

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))", re.ASCII)
_MAILBOX = re.compile(r"[^\s\x00-\x1f\x7f@<>,;:()\[\]\"\\.]+(\.[^\s\x00-\x1f\x7f@<>,;:()\[\]\"\\.]+)*")
_HOST = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))*\.?")
_NUMBERS = re.compile(r"[\d.]+")  # an address, or nothing


def form_problem(form: Form, text: str) -> str:
    """Why the text is not of this form, and what to write; empty if it is."""
    match form:
        case Form.PATTERN:
            return _pattern(text)
        case Form.HOURS:
            return _hours(text)
        case Form.PATH:
            return _path(text)
        case Form.URL:
            return _url(text)
        case Form.ADDRESS:
            return "" if _is_mail_address(text) else "is not a mail address; write it like soc@example.com"
        case Form.HOST:
            return _host(text)
        case Form.NAME:
            return "" if text == text.strip() else "must not begin or end with a space"


def minutes_of_day(hours: str) -> tuple[int, int]:
    """From when to when, in minutes since midnight: "18:00-08:00" is (1080, 480), over midnight.

    Raises:
        ValueError: it is not of the form.
    """
    found = _HOURS.fullmatch(hours)
    if found is None:
        msg = f"{hours!r} are not hours"
        raise ValueError(msg)
    from_hour, from_minute, to_hour, to_minute = (int(part) for part in found.groups() if part is not None)
    return from_hour * 60 + from_minute, to_hour * 60 + to_minute


def _pattern(text: str) -> str:
    try:
        Pattern(text)
    except ValueError as error:
        return f"is not a regular expression ({error}); mend it (RE2's syntax: no look-around, no back-references)"
    return ""


def _hours(text: str) -> str:
    try:
        begin, end = minutes_of_day(text)
    except ValueError:
        return 'are not hours; write them like "18:00-08:00"'
    return "begin and end at once; leave the setting out for the whole day" if begin == end else ""


def _path(text: str) -> str:
    is_whole = PurePosixPath(text).is_absolute() or PureWindowsPath(text).is_absolute()
    if is_whole or text.startswith("~/"):
        return ""
    return "is not a full path; write it from the root on, or from the operator's home folder on (~/...)"


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme == "https" and _is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or re.search(r"\s", text):
        return "is not an address that begins with https:// and a server's name"
    if parts.username is not None or parts.password is not None:
        return "has a name or password before its @, which is never sent; remove it (`secret_file` signs)"
    return ""


def _host(text: str) -> str:
    if _is_host(text):
        return ""
    return "is not the name or address of a server; write it like loghost.example.com, and a port as `port`"


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST.fullmatch(text) is not None and _NUMBERS.fullmatch(text) is None
    return True


def _is_mail_address(text: str) -> bool:
    mailbox, at, server = text.rpartition("@")
    return bool(at) and _MAILBOX.fullmatch(mailbox) is not None and _is_host(server.removeprefix("[").removesuffix("]"))
