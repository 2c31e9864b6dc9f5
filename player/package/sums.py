"""The list of hashes that binds a package together: coreutils' SHA256SUMS, signed by who made the package.

SHA256SUMS       a line for every other file: 64 hexadecimal digits, two spaces, its name with / between folders
SHA256SUMS.sig   Ed25519 over "tachiai/person/1", 0, "package", 0, and the bytes of SHA256SUMS: 64 bytes
signer.pem       the signer's public key; who that is, the reader must know from elsewhere
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from recorder.errors import UnreadableError

SUMS, SIGNATURE, SIGNER = "SHA256SUMS", "SHA256SUMS.sig", "signer.pem"
PURPOSE = "package"
MOST_FILES = 20_000
LONGEST_NAME = 240
MOST_SUMS_BYTES = MOST_FILES * (LONGEST_NAME * 4 + 68)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
_BLOCK_BYTES = 1 << 20


def sums_of(folder: Path, names: list[str], *, told: Callable[[int], None]) -> bytes:
    """The list of these files; `told` hears how many bytes were read."""
    lines = [f"{digest_of(folder / name, told=told)}  {name}\n" for name in sorted(names)]
    return "".join(lines).encode("utf-8")


def read_sums(data: bytes) -> Mapping[str, str]:
    """The hash of each name.

    Raises:
        UnreadableError: it is no such list.
    """
    sums: dict[str, str] = {}
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise _no_list() from error
    if lines.pop() or len(lines) > MOST_FILES:
        raise _no_list()
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or found[2] in sums or why_unsafe(found[2]):
            raise _no_list()
        sums[found[2]] = found[1]
    return sums


def why_unsafe(name: str) -> str:
    """Why a file of this name may not be unpacked (it climbs out, or is another file elsewhere); "" if it may."""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return "its name is empty, too long or not printable"
    if "\\" in name or ":" in name or name.startswith("/"):
        return "its name is not a plain path"
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or PurePosixPath(name).as_posix() != name:
        return "its name leads out of the package"
    if any(_RESERVED.fullmatch(part) or part[-1] in ". " for part in parts):
        return "its name is another file on Windows"
    return ""


def digest_of(path: Path, *, told: Callable[[int], None] = lambda _count: None) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
            told(len(block))
    return digest.hexdigest()


def _no_list() -> UnreadableError:
    return UnreadableError(f"The package's {SUMS} is not a list of hashes; get the package again.")
