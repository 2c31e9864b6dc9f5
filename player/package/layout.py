"""Whether a zip file holds its files and nothing else: whoever unpacks it in another way must find the same.

The list at a zip's end names its files; some programs go by the heads that stand before each file instead. What stands
before, between or after the files is seen by nobody who goes by the list.
"""

import struct
import zipfile

_HEAD = struct.Struct("<4s5H3L2H")
_FIELD = struct.Struct("<2H")
_OTHER_NAME = 0x7075  # the "Unicode path", which some programs take instead of the name
_BEGINS = b"PK\x03\x04"
_IS_ENCRYPTED, _HAS_DESCRIPTOR = 0x1, 0x8
_DESCRIPTORS = (12, 16, 20, 24)  # bytes that may follow a file that was written without going back


def what_is_hidden(archive: zipfile.ZipFile) -> str:
    """What stands in it that its list does not tell, in words; "" if nothing does."""
    if archive.comment:
        return f"{len(archive.comment):,} bytes stand after the files"
    ends: tuple[int, ...] = (0,)  # where the next file may begin
    for entry in sorted(archive.infolist(), key=lambda one: one.header_offset):
        if entry.header_offset not in ends:
            return f"something stands at byte {ends[0]:,} that is not on the list of the files"
        head = _head(archive, entry)
        if head is None:
            return f"no file begins at byte {entry.header_offset:,}"
        flags, kind, length, extra = head
        if _names_otherwise(extra) or _names_otherwise(entry.extra):
            return f"the file at byte {entry.header_offset:,} has a second name"
        if (flags & _IS_ENCRYPTED, kind) != (entry.flag_bits & _IS_ENCRYPTED, entry.compress_type):
            return f"the file at byte {entry.header_offset:,} says of itself something else than the list of the files"
        end = entry.header_offset + length + entry.compress_size
        ends = (end, *(end + more for more in _DESCRIPTORS)) if flags & _HAS_DESCRIPTOR else (end,)
    return "" if archive.start_dir in ends else f"something stands at byte {ends[0]:,} that is not on the list"


def _head(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> tuple[int, int, int, bytes] | None:
    """What stands before the file: flags, compression, its length, what it has besides; None if there is none."""
    if archive.fp is None or not 0 <= entry.header_offset < archive.start_dir:
        return None
    archive.fp.seek(entry.header_offset)
    data = archive.fp.read(_HEAD.size)
    if len(data) < _HEAD.size or not data.startswith(_BEGINS):
        return None
    _, _, flags, kind, *_, name_bytes, extra_bytes = _HEAD.unpack(data)
    archive.fp.seek(name_bytes, 1)
    return flags, kind, _HEAD.size + name_bytes + extra_bytes, archive.fp.read(extra_bytes)


def _names_otherwise(extra: bytes) -> bool:
    while len(extra) >= _FIELD.size:
        field, size = _FIELD.unpack_from(extra)
        if field == _OTHER_NAME:
            return True
        extra = extra[_FIELD.size + size :]
    return False
