"""The IP addresses that a command line names."""

import ipaddress
import re

LONGEST_READ = 10_000  # characters of a line
_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])|(?<![\w.:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w.:])"
)


def addresses(line: str) -> tuple[str, ...]:
    """The IP addresses that a line names, each once, as they are written."""
    found = dict.fromkeys(match.group() for match in _ADDRESS.finditer(line[:LONGEST_READ]))
    return tuple(text for text in found if _is_address(text))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
