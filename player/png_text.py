"""A picture as a PNG with words in it: written, and read again without trusting the file."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt

from recorder.errors import BugError, WorldError

Pixels = npt.NDArray[np.uint8]

MOST_PX = 1 << 27  # four monitors of 8K
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = len(_SIGNATURE) + 25  # the signature, and IHDR whole
_TRUECOLOUR, _PALETTE, _GREY = 2, 3, 0
_LONGEST_TEXT_BYTES = 1 << 16
_LONGEST_NAME_BYTES = 79


class NotAPictureError(WorldError):
    """A file is not a picture that can be compared."""

    exit_status: ClassVar[int] = 3


def png_of(pixels: Pixels, words: Mapping[str, str]) -> bytes:
    """A PNG of these B, G, R pixels; each of `words` is a text of that name in it."""
    worked, encoded = cv2.imencode(".png", pixels)
    if not worked:
        msg = "OpenCV could not encode a picture as PNG"
        raise BugError(msg)
    png = encoded.tobytes()
    texts = b"".join(_text_chunk(name, value) for name, value in words.items())
    return png[:_HEADER_BYTES] + texts + png[_HEADER_BYTES:]


def read_png(content: bytes) -> tuple[Pixels, dict[str, str]]:
    """The B, G, R pixels of a PNG, and the texts in it.

    Raises:
        NotAPictureError: it is no whole PNG of 8 bits a colour, or it can show something else than its pixels.
    """
    words: dict[str, str] = {}
    names = []
    for name, body in _chunks(content):
        names.append(name)
        if name == b"IHDR":
            _check_header(body)
        elif name in (b"tEXt", b"iTXt"):
            for word, text in _text_of(name, body).items():
                if words.setdefault(word, text) != text:
                    msg = f"it says {word} twice, and not the same"
                    raise NotAPictureError(msg)
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or names.count(b"IHDR") > 1:
        raise _not_whole()
    if {b"tRNS", b"acTL"} & set(names):
        msg = "it is transparent or animated, so that it can show something else than its pixels"
        raise NotAPictureError(msg)
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise _not_whole() from error
    if pixels is None:
        raise _not_whole()
    return np.asarray(pixels, np.uint8), words


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    if not content.startswith(_SIGNATURE):
        msg = "it is not a PNG"
        raise NotAPictureError(msg)
    while at < len(content):
        if at + 12 > len(content):
            raise _not_whole()
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(content) or struct.unpack_from(">I", content, end) != (zlib.crc32(content[at + 4 : end]),):
            raise _not_whole()
        yield name, content[at + 8 : end]
        at = end + 4


def _check_header(body: bytes) -> None:
    if len(body) != 13:
        raise _not_whole()
    width, height, depth, colours = struct.unpack_from(">IIBB", body)
    if not 0 < width * height <= MOST_PX:
        msg = f"it is of {width}×{height} pixels, which is no desktop"
        raise NotAPictureError(msg)
    if depth > 8 or colours not in (_TRUECOLOUR, _PALETTE, _GREY):
        msg = "it is not in 8 bits a colour without transparency"
        raise NotAPictureError(msg)


def _text_chunk(name: str, value: str) -> bytes:
    """Plain text as tEXt, which every program shows; anything else as iTXt, uncompressed."""
    head = name.encode("ascii")
    if value.isascii() and value.isprintable():
        kind, body = b"tEXt", head + b"\0" + value.encode("ascii")
    else:
        kind, body = b"iTXt", head + b"\0\0\0\0\0" + value.encode("utf-8", "replace")
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _text_of(kind: bytes, body: bytes) -> dict[str, str]:
    """The name and the text of a chunk; nothing if it is not one that is written here."""
    name, _, rest = body.partition(b"\0")
    if len(body) > _LONGEST_TEXT_BYTES or not 0 < len(name) <= _LONGEST_NAME_BYTES or not name.isascii():
        return {}
    if kind == b"tEXt":
        return {name.decode("ascii"): rest.decode("latin-1")}
    is_packed, _, tail = rest[:1], rest[1:2], rest[2:]
    text = tail.split(b"\0", 2)
    if is_packed != b"\0" or len(text) != 3:
        return {}
    return {name.decode("ascii"): text[2].decode("utf-8", "replace")}


def _not_whole() -> NotAPictureError:
    return NotAPictureError("it is not a whole PNG")
