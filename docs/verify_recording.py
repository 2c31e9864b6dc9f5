"""Verify a Tachiai recording without Tachiai: Python and `cryptography` are enough.

Written from docs/recording-format.md alone, so that two programs must agree. It opens no content and needs no secret.

    python verify_recording.py RECORDING [--device KEYFILE]... [--json]

Exit status: 0 complete and sound, 1 sound but partial, 2 altered, 3 cannot judge, 4 reading failed, 64 wrong usage.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import struct
import sys
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTE, PARTIAL, ALTERED, CANNOT_JUDGE, READ_FAILED = "note", "partial", "altered", "cannot_judge", "read_failed"
VERDICTS, WORST_FIRST = ("sound", PARTIAL, ALTERED, CANNOT_JUDGE, READ_FAILED), (2, 4, 3, 1)
Json = dict[str, Any]
HEAD = struct.Struct(">4sBBBBIQ32s32sQQQI")
HEADER, EVENTS, HEARTBEAT, END, BODY_LIMIT = 1, 2, 3, 4, {1: 65_536, 4: 4_096}
SESSION_ID, NAME = r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}", r"(?:[0-9]{4}|[1-9][0-9]{4})\.seg"
MOST_FILE, MOST_TAIL, SECTOR, NS, SEGMENTS = 1 << 30, (1 << 24) + 180, 512, (0, 2**63 - 1), (1, 99_999)
TEXTS = ("format", "session_id", "reason", "operator", "host", "purpose", "program", "device", "boot_id")
SAME = "segment", "session_id", "device", "started", "operator", "host", "purpose", "utc_offset_s", "program", "boot_id"
FORCED = "io_error", "disk_full", "recorder_died", "recorder_frozen"


class DamagedError(Exception):
    """Something that should be a record is not: its code and a sentence."""


def demand(holds: bool, code: str, sentence: str) -> None:
    """Refuse a record of which something does not hold."""
    if not holds:
        raise DamagedError(code, sentence)


class Segment:
    """One segment's file as far as it is sound."""

    def __init__(self, number: int, data: bytes) -> None:
        self.number, self.data, self.offset = number, data, 0
        self.header, self.end = Json(), Json()  # empty as long as there is none
        self.newer, self.problem = "", tuple[str, ...]()
        self.digests: list[bytes] = []
        self.marks: list[tuple[int, int, int]] = []  # of each record: its kind, boot clock, wall clock

    def scan(self) -> "Segment":
        """Walk the records until one is not sound."""
        key = b""
        while self.offset < len(self.data) and not self.end:
            try:
                key = self._one_record(key)
            except DamagedError as bad:
                if bad.args[0] == "NEWER_VERSION" and not self.digests:
                    self.newer = bad.args[1]
                elif bad.args[0] != "CUT" and not self.is_zero_filled():
                    self.problem = bad.args
                break
        return self

    def _one_record(self, key: bytes) -> bytes:
        head, (_, _, _, kind, _, length, sequence, previous, next_key, _, boot, wall, _) = self._head()
        whole = self.data[self.offset : self.offset + 180 + length]
        demand(len(whole) == 180 + length, "CUT", "The file ends within a record.")
        demand(zlib.crc32(whole[:-4]) == int.from_bytes(whole[-4:], "big"), "CRC_MISMATCH", "A record's bytes changed.")
        body, signature = whole[112:-68], whole[-68:-4].hex()
        digest = hashlib.sha256(b"tachiai/record/1\0" + head + body).digest()
        code, before = ("SECOND_HEADER", self.digests[-1]) if self.digests else ("NO_HEADER", bytes(32))
        demand((kind == HEADER) != bool(self.digests), code, "A header where none should be, or none where one should.")
        demand(sequence == len(self.digests), "SEQ_GAP", f"Not record {len(self.digests)}, as it should be.")
        demand(previous == before, "CHAIN_BREAK", "A record does not follow the one before it.")
        header = parse_header(body) if kind == HEADER else {}
        public = bytes.fromhex(header["device"]) if header else key
        demand(_signed(public, signature, digest), "BAD_SIGNATURE", "A record is not signed by the key named for it.")
        self.end = self._check_end(head, body, sequence) if kind == END else {}
        self.header = header or self.header
        self.digests.append(digest)
        self.marks.append((kind, boot, wall))
        self.offset += len(whole)
        return bytes(next_key)

    def _head(self) -> tuple[bytes, tuple[Any, ...]]:
        head = self.data[self.offset : self.offset + 112]
        demand(len(head) == 112, "CUT", "The file ends within a record.")
        fields = HEAD.unpack(head)
        demand(fields[0] == b"TCHI", "BAD_MAGIC", "No record begins where one should.")
        demand(zlib.crc32(head[:108]) == fields[-1], "HEADER_CRC", "The head of a record is damaged.")
        demand(fields[1] == 1, "NEWER_VERSION", f"Format {fields[1]}.{fields[2]} is not known to this program.")
        demand(fields[5] <= BODY_LIMIT.get(fields[3], 1 << 24), "LENGTH_LIMIT", "A record claims too long a body.")
        return head, fields

    def _check_end(self, head: bytes, body: bytes, sequence: int) -> Json:
        """An end is signed by the device too, over all of it but that signature."""
        end = canonical_json(body, "END_PARSE")
        shape = has_shape(end, reason=str, final=bool, device_signature=str) and in_range(end, records=(1, NS[1]))
        demand(shape, "END_PARSE", "An end is not one that a recorder writes.")
        statement = b"tachiai/end/1\0" + self.digests[0] + head + canonical(end | {"device_signature": "0" * 128})
        is_signed = _signed(bytes.fromhex(self.header["device"]), end["device_signature"], statement)
        demand(end["records"] == sequence and is_signed, "BAD_SIGNATURE", "The end is not signed by the device.")
        return end

    def is_zero_filled(self) -> bool:
        """Whether what is left was cut off by zeros, as after a power cut: at its end, or in whole sectors."""
        rest = self.data[self.offset :]
        size, kept = len(rest), len(rest.rstrip(b"\0"))
        try:
            checksum = 176 + self._head()[1][5]
        except DamagedError:
            checksum = 108 if rest[:4] == b"TCHI" else -1
        is_cut = b"TCHI".startswith(rest[:kept]) if kept < min(size, 5) else kept <= checksum < size > 111
        stop = size if checksum < 176 else min(size, checksum + 4)
        edges = [0, *range(SECTOR - self.offset % SECTOR, stop, SECTOR), stop]
        lacks = kept <= stop and any(not rest[start:end].strip(b"\0") for start, end in pairwise(edges))
        return 0 < size <= MOST_TAIL and (is_cut or (lacks and not _has_head(rest, 1)))

    def tail(self) -> str | None:
        """What lies after the last sound record: "torn", "odd", or None."""
        rest = self.data[self.offset :]
        if not rest or self.problem or self.newer:
            return None
        if self.end or (not rest.startswith(b"TCHI"[: len(rest)]) and not self.is_zero_filled()):
            return "odd"
        if self.is_zero_filled() or len(rest) < 112:
            return "torn"
        previous, sequence = rest[20:52], int.from_bytes(rest[12:20], "big")
        fits = sequence == len(self.digests) and previous == (self.digests[-1] if self.digests else bytes(32))
        return "torn" if fits else "odd"

    def is_no_segment(self) -> bool:
        """Whether nothing in the file is a recorder's."""
        return self.data[:4] != b"TCHI" and not _has_head(b"TCHI" + self.data[4:112], 0) and not _has_head(self.data, 0)


def _has_head(data: bytes, start: int) -> bool:
    heads = (data[at.start() : at.start() + 112] for at in re.compile(b"TCHI").finditer(data, start))
    whole = (head for head in heads if len(head) == 112 and zlib.crc32(head[:108]) == int.from_bytes(head[108:], "big"))
    return any(head[4] == 1 and int.from_bytes(head[8:12], "big") <= BODY_LIMIT.get(head[6], 1 << 24) for head in whole)


def _signed(public: bytes, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical(value: object) -> bytes:
    """The one way to write a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def canonical_json(body: bytes, code: str) -> Json:
    """A JSON object that is written the one way: keys sorted and only once, no spaces."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=str, parse_constant=str)  # in quotes: not canonical
        is_canonical = isinstance(value, dict) and canonical(value) == body
    except (ValueError, RecursionError):
        is_canonical = False
    demand(is_canonical, code, "This is not canonical JSON.")
    return dict(value)


def has_shape(value: Any, **shape: type) -> bool:
    """Whether the object has these keys, with values of exactly these types."""
    return isinstance(value, dict) and all(type(value.get(key)) is kind for key, kind in shape.items())


def in_range(value: Any, *keys: str, **ranges: tuple[int, int]) -> bool:
    """Whether the object has whole numbers within these ranges, and 64 hexadecimal digits under these keys."""
    digits = has_shape(value, **dict.fromkeys(keys, str)) and all(re.fullmatch("[0-9a-f]{64}", value[k]) for k in keys)
    return digits and all(type(value.get(k)) is int and a <= value[k] <= b for k, (a, b) in ranges.items())


def parse_header(body: bytes) -> Json:
    """A segment's header, every field that is used below as it must be."""
    header: Json = {"boot_id": ""} | canonical_json(body, "HEADER_PARSE")
    previous = header.get("previous", "")
    is_header = (
        has_shape(header, **dict.fromkeys(TEXTS, str), wraps=list)
        and header["format"] == "tachiai-recording"
        and in_range(header, "device", segment=SEGMENTS, utc_offset_s=(-86_399, 86_399), heartbeat_ns=(1, NS[1]))
        and in_range(header.get("started"), monotonic_ns=NS, boot_ns=NS, wall_ns=NS)
        and in_range(header.get("recipients"), "root", version=NS)
        and (previous is None or in_range(previous, "tip", segment=SEGMENTS, records=(1, NS[1])))
        and all(has_shape(wrap, group=str, name=str, public=str, wrap=str) for wrap in header["wraps"])
    )
    demand(is_header, "HEADER_PARSE", "The header is not one that a recorder writes.")
    return header


class Verdict:
    """The findings on one recording."""

    def __init__(self, folder: Path, devices: set[bytes]) -> None:
        self.folder, self.devices = folder, devices
        self.findings: list[Json] = []
        self.unread: set[int] = set()

    def say(self, code: str, severity: str, sentence: str, segment: int | None = None) -> None:
        """Add a finding."""
        self.findings.append({"code": code, "severity": severity, "segment": segment, "sentence": sentence})

    @property
    def exit_status(self) -> int:
        """The worst of the findings."""
        return next((at for at in WORST_FIRST if VERDICTS[at] in [one["severity"] for one in self.findings]), 0)

    def run(self) -> None:
        """Judge all of it."""
        live = is_locked(self.folder / ".lock")
        segments = self._read_segments()
        headed = [one for one in segments.values() if one.header]
        if headed:
            self._judge(segments, headed, live=live)
        for number, one in segments.items() if not headed else ():
            if one.newer:
                self.say("NEWER_VERSION", CANNOT_JUDGE, one.newer, number)
            elif one.tail() == "odd" or (one.problem and one.is_no_segment()):
                self.say("NOT_A_RECORDING", CANNOT_JUDGE, "No recorder wrote this.", number)
            elif one.problem:
                self.say(one.problem[0], ALTERED, one.problem[1], number)
            else:
                self.say("NO_HEADER", CANNOT_JUDGE, "There is no whole header to judge by.", number)

    def _read_segments(self) -> dict[int, Segment]:
        segments = {}
        try:
            names = [] if self.folder.is_file() else [path.name for path in self.folder.iterdir()]
        except OSError as error:
            self.say("READ_ERROR", READ_FAILED, f"{self.folder}: {error.strerror}.")
            return {}
        found = sorted((int(name[:-4]), name) for name in names if re.fullmatch(NAME, name))
        if not found:
            self.say("NOT_A_RECORDING", CANNOT_JUDGE, "This is no folder with segments (0001.seg, ...) in it.")
        for number, name in found:
            try:
                segments[number] = Segment(number, _read_file(self.folder / name)).scan()
            except OSError as error:
                self.unread.add(number)
                self.say("READ_ERROR", READ_FAILED, f"{name}: {error.strerror or error}.", number)
        return segments

    def _judge(self, segments: dict[int, Segment], headed: list[Segment], *, live: bool) -> None:
        first = headed[0].header
        mine = [one for one in headed if all(one.header[key] == (first | {"segment": one.number})[key] for key in SAME)]
        given_up = {number for one in mine for number in _skipped(one)}
        last = mine[-1] if mine else None
        name = self.folder.absolute().name
        if re.fullmatch(SESSION_ID, name) and name != first["session_id"]:
            self.say("WRONG_NAME", ALTERED, f"The folder is named {name}, and this is {first['session_id']}.")
        for device in {one.header["device"] for one in headed} - {public.hex() for public in self.devices}:
            self.say("UNKNOWN_DEVICE", CANNOT_JUDGE, f"The device {device} is not known here.")
        for number, one in segments.items():
            if one.problem:
                self.say(one.problem[0], ALTERED, one.problem[1], number)
            if not one.header:
                self._headless(one, last, given_up)
            else:
                self._headed(one, belongs=one in mine, is_being_written=live and one is last)
        for one in (one for one in mine if one.number not in given_up):
            self._look_back(one, segments)
        self._missing(segments, mine, given_up)
        if last is not None and not _is_final(last):
            self.say("OPEN_NO_END", PARTIAL, "The recording has no end (yet).", last.number)
        self._times(mine, first["heartbeat_ns"])

    def _headed(self, one: Segment, *, belongs: bool, is_being_written: bool) -> None:
        """A segment with a header: whose it is, and what lies after its last sound record."""
        if not belongs:
            self.say("SPLICED", ALTERED, "A segment of another recording or place.", one.number)
        if one.tail() == "odd":
            self.say("TRAILING_DATA", ALTERED, "Something follows that no recorder wrote there.", one.number)
        elif one.tail() == "torn" and not is_being_written:
            self.say("TORN_TAIL", PARTIAL, "The last write was cut off.", one.number)

    def _headless(self, one: Segment, last: Segment | None, given_up: set[int]) -> None:
        if one.newer:
            self.say("VERSION_CHANGED", ALTERED, "This segment is of another format.", one.number)
        elif not one.problem and one.number not in given_up:
            newest = last is not None and one.number > last.number and not _is_final(last)
            code, severity = ("TORN_TAIL", PARTIAL) if newest and one.tail() != "odd" else ("NO_HEADER", ALTERED)
            self.say(code, severity, "This segment has no whole header.", one.number)

    def _look_back(self, one: Segment, segments: dict[int, Segment]) -> None:
        for number in _skipped(one):
            there = segments.get(number)
            if there is not None and (len(there.digests) > 1 or there.problem):
                self.say("SEGMENT_LINK_BREAK", ALTERED, "It was never begun, and has content.", number)
            else:
                self.say("SEGMENT_ABANDONED", PARTIAL, "It was tried, and given up.", number)
        link = one.header["previous"]
        before = segments.get(link["segment"]) if link else None
        if before is not None and before.header:
            self._tip(before, one.header, link)
        elif link and before is None and link["segment"] not in self.unread:
            self.say("SEGMENT_MISSING", ALTERED, "A segment that another follows is not there.", link["segment"])

    def _tip(self, before: Segment, header: Json, link: Json) -> None:
        """The segment before must end with the record that this one names."""
        records, failed, count = link["records"], header["reason"] in FORCED[:2], len(before.digests)
        there, beyond = before.digests[records - 1].hex() if 0 < records <= count else None, count - records
        if beyond > failed or (there != link["tip"] and not (there is None and before.problem)):
            self.say("SEGMENT_LINK_BREAK", ALTERED, "It does not end where the next segment says.", before.number)
        elif beyond > 0:
            self.say("UNACKNOWLEDGED", PARTIAL, "Its last record was never acknowledged.", before.number)
        elif not before.end and header["reason"] in FORCED:
            self.say("OPEN_NO_END", PARTIAL, "It was left: storage failed, or its recorder died.", before.number)
        if _is_final(before) and beyond <= 0:
            self.say("TRAILING_DATA", ALTERED, "A segment follows the recording's end.", header["segment"])

    def _missing(self, segments: dict[int, Segment], mine: list[Segment], given_up: set[int]) -> None:
        named = {one.header["previous"]["segment"] for one in mine if one.header["previous"]}
        begun = [number for number, one in segments.items() if one.header or one.problem]
        lacking = {*range(1, max(begun, default=0))} - {*segments, *given_up, *named, *self.unread}
        for number in sorted(lacking - {number + 1 for number in lacking}):
            self.say("SEGMENT_MISSING", ALTERED, "From here on segments are not there, and later ones are.", number)

    def _times(self, mine: list[Segment], heartbeat_ns: int) -> None:
        """Silences, clocks that went back or were set, and kinds of records that are not known."""
        marks = [(one.number, *mark) for one in mine for mark in one.marks]
        for (_, _, boot, wall), (number, _, next_boot, next_wall) in pairwise(marks):
            if next_boot < boot:
                self.say("TIME_BACK", PARTIAL, "The clock went back.", number)
            elif next_boot - boot > 3 * heartbeat_ns:
                self.say("HEARTBEAT_GAP", PARTIAL, f"{(next_boot - boot) / 1e9:.1f} s without a sign.", number)
            if abs((next_wall - wall) - (next_boot - boot)) > 2 * 10**9:
                self.say("TIME_STEP", NOTE, "The wall clock was set.", number)
        for number in sorted({number for number, kind, *_ in marks if kind not in (HEADER, EVENTS, HEARTBEAT, END)}):
            self.say("UNKNOWN_TYPE", CANNOT_JUDGE, "A kind of record that is not known.", number)


def _is_final(one: Segment) -> bool:
    return bool(one.end and one.end["final"])


def _skipped(one: Segment) -> range:
    """The numbers given up between a segment and the one before it."""
    return range((one.header["previous"] or {"segment": 0})["segment"] + 1, one.number)


def _read_file(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > MOST_FILE:
        raise OSError(0, "not an ordinary file of a segment's size")
    return path.read_bytes()


def is_locked(path: Path) -> bool:
    """Whether a recorder is writing this recording now."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK)) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return isinstance(error, BlockingIOError)
    return False


def known_devices(files: list[Path]) -> set[bytes]:
    """The public keys in these files, else those of the devices that this user's Tachiai trusts."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share", "tachiai")
    files = files or list(Path(os.environ.get("TACHIAI_HOME") or data).glob("keys/devices/*.json"))
    return {bytes.fromhex(json.loads(path.read_text("utf-8"))["public"]) for path in files}


def main() -> int:
    """Verify what the arguments name; wrong usage is 64, never to be taken for a verdict."""
    parser = argparse.ArgumentParser(description="Verify a Tachiai recording.")
    parser.error = lambda message: parser.exit(64, f"{message}\n")  # type: ignore[method-assign]
    parser.add_argument("recording", type=Path)
    parser.add_argument("--device", type=Path, action="append", default=[], help="a trusted device's public key file")
    parser.add_argument("--json", action="store_true", help="one object per line")
    given = parser.parse_args()
    try:
        devices = known_devices(given.device)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"A device's key file could not be read: {error}", file=sys.stderr)
        return 3
    verdict = Verdict(given.recording, devices)
    verdict.run()
    for one in verdict.findings:
        place = "" if one["segment"] is None else f" segment {one['segment']}"
        print(json.dumps({"type": "finding"} | one) if given.json else f"{one['code']}{place}: {one['sentence']}")
    conclusion = {"type": "verdict", "verdict": VERDICTS[verdict.exit_status], "exit_status": verdict.exit_status}
    print(json.dumps(conclusion) if given.json else f"Verdict: {VERDICTS[verdict.exit_status].replace('_', ' ')}.")
    return verdict.exit_status


if __name__ == "__main__":
    sys.exit(main())
