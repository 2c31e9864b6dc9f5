"""Verify a Tachiai recording without Tachiai: Python and `cryptography` are enough.

Written from docs/recording-format.md alone, apart from the recorder's own code, so that two programs must agree.

    python verify_recording.py RECORDING [--device KEYFILE]... [--devices FOLDER] [--json]

Exit status: 0 complete and sound, 1 sound but partial, 2 altered, 3 cannot judge, 4 reading failed, 64 wrong usage.
Integrity only: it opens no content, so it needs no secret.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import stat
import struct
import sys
import zlib
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTE, PARTIAL, ALTERED, CANNOT_JUDGE, READ_FAILED = "note", "partial", "altered", "cannot judge", "read failed"
EXIT = ((ALTERED, 2), (READ_FAILED, 4), (CANNOT_JUDGE, 3), (PARTIAL, 1))
HEAD = struct.Struct(">4sBBBBIQ32s32sQQQI")
HEADER, EVENTS, HEARTBEAT, END = 1, 2, 3, 4
BODY_LIMIT = {HEADER: 65_536, END: 4_096}
TEXTS = ("session_id", "reason", "operator", "host", "purpose", "program", "device")
SAME = ("session_id", "device", "started", "operator", "host", "purpose", "utc_offset_s", "program")


class DamagedError(Exception):
    """Something that should be a record is not: its code and a sentence."""


class CutError(Exception):
    """The file ends within a record."""


def refuse(code: str, sentence: str) -> NoReturn:
    """Say what is wrong with a record."""
    raise DamagedError(code, sentence)


class Segment:
    """One segment's file as far as it is sound."""

    def __init__(self, number: int, data: bytes) -> None:
        self.number = number
        self.data = data
        self.header: dict | None = None
        self.digests: list[bytes] = []
        self.times: list[tuple[int, int, int]] = []
        self.kinds: list[int] = []
        self.end: dict | None = None
        self.problem: tuple[str, str] | None = None
        self.newer: str | None = None
        self.offset = 0

    def scan(self) -> "Segment":
        """Walk the records until one is not sound."""
        key = b""
        while self.offset < len(self.data) and self.end is None:
            try:
                key = self.one_record(key)
            except CutError:
                break
            except DamagedError as bad:
                code, sentence = bad.args
                if code == "NEWER_VERSION" and not self.digests:
                    self.newer = sentence
                elif not self.is_zero_filled():
                    self.problem = (code, sentence)
                break
        return self

    def one_record(self, key: bytes) -> bytes:
        """Check the record at the offset and step over it; the public key that must sign the next."""
        head, fields = self.head()
        (_, _, _, kind, _, length, sequence, previous, next_key, mono, boot, wall, _) = fields
        whole = self.data[self.offset : self.offset + 180 + length]
        if len(whole) < 180 + length:
            raise CutError
        if zlib.crc32(whole[:-4]) != int.from_bytes(whole[-4:], "big"):
            refuse("CRC_MISMATCH", "The bytes of a record are not those that were written.")
        body, signature = whole[112:-68], whole[-68:-4]
        digest = hashlib.sha256(b"tachiai/record/1\0" + head + body).digest()
        self.check_place(kind, sequence, previous)
        header = parse_header(body) if kind == HEADER else None
        if not signed(bytes.fromhex(header["device"]) if header else key, signature, digest):
            refuse("BAD_SIGNATURE", "A record is not signed by the key that the one before it names.")
        end = self.check_end(head, body, sequence) if kind == END else None
        self.header = header or self.header
        self.end = end
        self.digests.append(digest)
        self.times.append((mono, boot, wall))
        self.kinds.append(kind)
        self.offset += len(whole)
        return next_key

    def head(self) -> tuple[bytes, tuple]:
        """The fixed header at the offset, whole and within limits."""
        head = self.data[self.offset : self.offset + 112]
        if len(head) < 112:
            raise CutError
        fields = HEAD.unpack(head)
        if fields[0] != b"TCHI":
            refuse("BAD_MAGIC", "No record begins where one should.")
        if zlib.crc32(head[:108]) != fields[-1]:
            refuse("HEADER_CRC", "The head of a record is damaged.")
        if fields[1] != 1:
            refuse("NEWER_VERSION", f"Format {fields[1]}.{fields[2]} is not known to this program.")
        if fields[5] > BODY_LIMIT.get(fields[3], 16 * 1024 * 1024):
            refuse("LENGTH_LIMIT", "A record claims to be longer than any is.")
        return head, fields

    def check_place(self, kind: int, sequence: int, previous: bytes) -> None:
        """The record must be the next one, and follow the one before."""
        if (kind == HEADER) != (not self.digests):
            code = "SECOND_HEADER" if self.digests else "NO_HEADER"
            refuse(code, "A header stands where none should, or none where one should.")
        if sequence != len(self.digests):
            refuse("SEQ_GAP", f"Record {len(self.digests)} should stand here, and {sequence} does.")
        if previous != (self.digests[-1] if self.digests else bytes(32)):
            refuse("CHAIN_BREAK", "A record does not follow the one before it.")

    def check_end(self, head: bytes, body: bytes, sequence: int) -> dict:
        """An end is signed by the device too, over all of it but that signature."""
        end = canonical_json(body, "END_PARSE")
        shape = {"reason": str, "final": bool, "records": int, "device_signature": str}
        if not has_shape(end, shape):
            refuse("END_PARSE", "An end is not one that a recorder writes.")
        unsigned = canonical(end | {"device_signature": "0" * 128})
        statement = b"tachiai/end/1\0" + self.digests[0] + head + unsigned
        signature = from_hex(end["device_signature"])
        if end["records"] != sequence or not signed(bytes.fromhex(self.header["device"]), signature, statement):
            refuse("BAD_SIGNATURE", "The end is not signed by the device.")
        return end

    def is_zero_filled(self) -> bool:
        """Whether what is left was cut off by zeros, as after a power cut."""
        rest = self.data[self.offset :]
        if b"TCHI".startswith(rest.rstrip(b"\0")):
            return rest[-1:] == b"\0"
        try:
            _, fields = self.head()
        except CutError:
            return False
        except DamagedError:
            return rest[:4] == b"TCHI" and len(rest) > 108 and not rest[108:].strip(b"\0")
        zeros_from = 112 + fields[5] + 64
        return len(rest) > zeros_from and not rest[zeros_from:].strip(b"\0")

    def tail(self) -> str | None:
        """What lies after the last sound record: "torn", "odd", or None."""
        rest = self.data[self.offset :]
        if not rest or self.problem or self.newer:
            return None
        if self.end:
            return "odd"
        if self.is_zero_filled():
            return "torn"
        if rest[:4] != b"TCHI"[: len(rest)]:
            return "odd"
        if len(rest) < 112:
            return "torn"
        fields = HEAD.unpack(rest[:112])
        follows = fields[7] == (self.digests[-1] if self.digests else bytes(32))
        return "torn" if fields[6] == len(self.digests) and follows else "odd"

    def is_no_segment(self) -> bool:
        """Whether nothing in the file is a recorder's."""
        start = self.data[:112]
        if start[:4] == b"TCHI":
            return False
        if len(start) == 112 and zlib.crc32(b"TCHI" + start[4:108]) == int.from_bytes(start[108:], "big"):
            return False
        found = self.data.find(b"TCHI")
        while found >= 0 and found + 112 <= len(self.data):
            head = self.data[found : found + 112]
            if zlib.crc32(head[:108]) == int.from_bytes(head[108:], "big"):
                return False
            found = self.data.find(b"TCHI", found + 1)
        return True


def signed(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature is this key's."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def from_hex(text: str) -> bytes:
    """Bytes from hexadecimal digits; empty if they are none."""
    return bytes.fromhex(text) if re.fullmatch(r"(?:[0-9a-fA-F]{2})*", text) else b""


def canonical(value: object) -> bytes:
    """The one way to write a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


def canonical_json(body: bytes, code: str) -> dict:
    """A JSON object that is written the one way: keys sorted and only once, no spaces."""
    try:
        value = json.loads(body.decode("utf-8"))
        if isinstance(value, dict) and canonical(value) == body:
            return value
    except (ValueError, RecursionError):
        pass
    refuse(code, "This is not canonical JSON.")


def has_shape(value: object, shape: dict[str, type]) -> bool:
    """Whether the object has these keys, with values of exactly these types."""
    return isinstance(value, dict) and all(type(value.get(key)) is kind for key, kind in shape.items())


def parse_header(body: bytes) -> dict:
    """A segment's header, every field that is used below of its type."""
    header = canonical_json(body, "HEADER_PARSE")
    shape = dict.fromkeys(TEXTS, str) | {"format": str, "segment": int, "started": dict, "recipients": dict}
    shape |= {"utc_offset_s": int, "heartbeat_ns": int, "wraps": list}
    clocks = {"monotonic_ns": int, "boot_ns": int, "wall_ns": int}
    previous = header.get("previous", "")
    if (
        not has_shape(header, shape)
        or header["format"] != "tachiai-recording"
        or not has_shape(header["started"], clocks)
        or not has_shape(header["recipients"], {"version": int, "root": str})
        or not (previous is None or has_shape(previous, {"segment": int, "records": int, "tip": str}))
        or not all(has_shape(wrap, dict.fromkeys(("group", "name", "public", "wrap"), str)) for wrap in header["wraps"])
        or len(header["device"]) != 64
        or len(from_hex(header["device"])) != 32
    ):
        refuse("HEADER_PARSE", "The header is not one that a recorder writes.")
    return header


class Verdict:
    """The findings on one recording."""

    def __init__(self, folder: Path, devices: set[bytes]) -> None:
        self.folder = folder
        self.devices = devices
        self.findings: list[dict] = []

    def say(self, code: str, severity: str, sentence: str, segment: int | None = None) -> None:
        """Add a finding."""
        self.findings.append({"code": code, "severity": severity, "segment": segment, "sentence": sentence})

    @property
    def exit_status(self) -> int:
        """The worst of the findings."""
        met = {one["severity"] for one in self.findings}
        return next((status for severity, status in EXIT if severity in met), 0)

    def run(self) -> None:
        """Judge all of it."""
        live = is_locked(self.folder / ".lock")
        segments = self.read_segments()
        headed = [one for one in segments.values() if one.header]
        if headed:
            self.judge(segments, headed, live=live)
            return
        for number, one in segments.items():
            if one.newer:
                self.say("NEWER_VERSION", CANNOT_JUDGE, one.newer, number)
            elif one.tail() == "odd" or (one.problem and one.is_no_segment()):
                self.say("NOT_A_RECORDING", CANNOT_JUDGE, "No recorder wrote this.", number)
            elif one.problem:
                self.say(one.problem[0], ALTERED, one.problem[1], number)
            else:
                self.say("NO_HEADER", CANNOT_JUDGE, "There is no whole header to judge by.", number)

    def read_segments(self) -> dict[int, Segment]:
        """The segments by number."""
        segments = {}
        try:
            names = sorted(path.name for path in self.folder.iterdir())
        except NotADirectoryError:
            self.say("NOT_A_RECORDING", CANNOT_JUDGE, "Give the folder of a recording.")
            return {}
        except OSError as error:
            self.say("READ_ERROR", READ_FAILED, f"{self.folder}: {error.strerror}.")
            return {}
        for name in names:
            match = re.fullmatch(r"(\d{4,5})\.seg", name)
            if not match or name != f"{int(match[1]):04}.seg":
                continue
            try:
                segments[int(match[1])] = Segment(int(match[1]), read_file(self.folder / name)).scan()
            except OSError as error:
                self.say("READ_ERROR", READ_FAILED, f"{name}: {error.strerror or error}.", int(match[1]))
        if not segments and not self.findings:
            self.say("NOT_A_RECORDING", CANNOT_JUDGE, "No segment (0001.seg, ...) lies here.")
        return dict(sorted(segments.items()))

    def judge(self, segments: dict[int, Segment], headed: list[Segment], *, live: bool) -> None:
        """Judge the segments together."""
        first = headed[0].header
        mine = [one for one in headed if one.header["segment"] == one.number and same(one.header, first)]
        given_up = {number for one in mine for number in skipped(one)}
        last = mine[-1] if mine else None
        for device in {one.header["device"] for one in headed}:
            if bytes.fromhex(device) not in self.devices:
                self.say("UNKNOWN_DEVICE", CANNOT_JUDGE, f"The device {device} is not known here.")
        for number, one in segments.items():
            if one.problem:
                self.say(one.problem[0], ALTERED, one.problem[1], number)
            if one.header is None:
                self.headless(number, one, last, given_up)
                continue
            if one not in mine:
                self.say("SPLICED", ALTERED, "A segment of another recording or place.", number)
            self.after_last(one, is_being_written=live and one is last)
        for one in mine:
            if one.number not in given_up:
                self.look_back(one, segments)
        self.missing(segments, mine, given_up)
        if last is not None and not (last.end and last.end["final"]):
            self.say("OPEN_NO_END", PARTIAL, "The recording has no end (yet).", last.number)
        self.times(mine, first["heartbeat_ns"])

    def after_last(self, one: Segment, *, is_being_written: bool) -> None:
        """What lies after a segment's last sound record."""
        if one.tail() == "odd":
            self.say("TRAILING_DATA", ALTERED, "Something follows that no recorder wrote there.", one.number)
        elif one.tail() == "torn" and not is_being_written:
            self.say("TORN_TAIL", PARTIAL, "The last write was cut off.", one.number)

    def headless(self, number: int, one: Segment, last: Segment | None, given_up: set[int]) -> None:
        """A segment without a sound header beside others that have one."""
        if one.newer:
            self.say("VERSION_CHANGED", ALTERED, "This segment is of another format.", number)
        elif one.problem or number in given_up:
            return
        elif one.tail() == "odd":
            self.say("TRAILING_DATA", ALTERED, "This segment is no recorder's.", number)
        else:
            newest = last is not None and number > last.number and not (last.end and last.end["final"])
            self.say("TORN_TAIL", PARTIAL if newest else ALTERED, "This segment has no whole header.", number)

    def look_back(self, one: Segment, segments: dict[int, Segment]) -> None:
        """What a segment says of those before it must be so."""
        for number in skipped(one):
            there = segments.get(number)
            bad = there is not None and (len(there.digests) > 1 or there.problem)
            self.say(
                "SEGMENT_LINK_BREAK" if bad else "SEGMENT_ABANDONED", ALTERED if bad else PARTIAL, "Given up.", number
            )
        link = one.header["previous"]
        if link is None:
            return
        before = segments.get(link["segment"])
        if before is None:
            self.say("SEGMENT_MISSING", ALTERED, "A segment that another follows is not there.", link["segment"])
        elif before.header is not None:
            self.tip(before, one.header, link)

    def tip(self, before: Segment, header: dict, link: dict) -> None:
        """The segment before must end with the record that this one names."""
        records, failed = link["records"], header["reason"] in ("io_error", "disk_full")
        there = before.digests[records - 1].hex() if 0 < records <= len(before.digests) else None
        beyond = len(before.digests) - records
        if (there is None and not before.problem) or (there is not None and there != link["tip"]):
            self.say("SEGMENT_LINK_BREAK", ALTERED, "The next segment names another last record.", before.number)
        if beyond > 1 or (beyond > 0 and not failed):
            self.say("SEGMENT_LINK_BREAK", ALTERED, "It goes on after its last record.", before.number)
        elif beyond > 0:
            self.say("UNACKNOWLEDGED", PARTIAL, "Its last record was never acknowledged.", before.number)
        elif before.end is None and failed:
            self.say("OPEN_NO_END", PARTIAL, "It was left after a storage failure.", before.number)
        if before.end and before.end["final"] and beyond <= 0:
            self.say("TRAILING_DATA", ALTERED, "A segment follows the recording's end.", header["segment"])

    def missing(self, segments: dict[int, Segment], mine: list[Segment], given_up: set[int]) -> None:
        """Numbers that nothing explains."""
        named = {one.header["previous"]["segment"] for one in mine if one.header["previous"]}
        begun = [number for number, one in segments.items() if one.header or one.problem]
        for number in range(1, max(begun, default=0)):
            if number not in segments and number not in given_up and number not in named:
                self.say("SEGMENT_MISSING", ALTERED, "A segment is not there, and later ones are.", number)

    def times(self, mine: list[Segment], heartbeat_ns: int) -> None:
        """Silences, clocks that went back or were set, and kinds of records that are not known."""
        marks = [(one.number, time) for one in mine for time in one.times]
        for (_, (_, boot, wall)), (number, (_, next_boot, next_wall)) in pairwise(marks):
            if next_boot < boot:
                self.say("TIME_BACK", PARTIAL, "The clock went back.", number)
            elif next_boot - boot > 3 * heartbeat_ns:
                self.say("HEARTBEAT_GAP", PARTIAL, f"{(next_boot - boot) / 1e9:.1f} s without a sign.", number)
            if abs((next_wall - wall) - (next_boot - boot)) > 2 * 10**9:
                self.say("TIME_STEP", NOTE, "The wall clock was set.", number)
        for one in mine:
            if any(kind not in (HEADER, EVENTS, HEARTBEAT, END) for kind in one.kinds):
                self.say("UNKNOWN_TYPE", CANNOT_JUDGE, "A kind of record that is not known.", one.number)


def same(header: dict, first: dict) -> bool:
    """Whether two headers are of one session."""
    return all(header[key] == first[key] for key in SAME)


def skipped(one: Segment) -> range:
    """The numbers given up between a segment and the one before it."""
    previous = one.header["previous"]
    return range(max(0, previous["segment"] if previous else 0) + 1, one.number)


def read_file(path: Path) -> bytes:
    """The whole of an ordinary file, not through a link."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            message = "not an ordinary file"
            raise OSError(message)
        return file.read()


def is_locked(path: Path) -> bool:
    """Whether a recorder is writing this recording now."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def known_devices(files: list[Path], folder: Path) -> set[bytes]:
    """The public keys in these files, else in this folder."""
    paths = files or sorted(folder.glob("*.json"))
    return {bytes.fromhex(json.loads(path.read_text("utf-8"))["public"]) for path in paths}


def default_folder() -> Path:
    """Where Tachiai keeps the devices that this user trusts."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return Path(os.environ.get("TACHIAI_HOME") or data / "tachiai") / "keys/devices"


class Parser(argparse.ArgumentParser):
    """Wrong usage is 64, so that it is not taken for a verdict."""

    def error(self, message: str) -> None:
        """Say it and leave."""
        self.exit(64, f"{self.prog}: {message}\n")


def main() -> int:
    """Verify what the arguments name."""
    parser = Parser(description="Verify a Tachiai recording.")
    parser.add_argument("recording", type=Path)
    parser.add_argument("--device", type=Path, action="append", default=[], help="a trusted device's public key file")
    parser.add_argument("--devices", type=Path, default=default_folder(), help="a folder of such files")
    parser.add_argument("--json", action="store_true", help="one object per line")
    given = parser.parse_args()
    try:
        devices = known_devices(given.device, given.devices)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"A device's key file could not be read: {error}", file=sys.stderr)
        return 3
    verdict = Verdict(given.recording, devices)
    verdict.run()
    for finding in verdict.findings:
        place = "" if finding["segment"] is None else f" segment {finding['segment']}"
        print(json.dumps(finding) if given.json else f"{finding['code']}{place}: {finding['sentence']}")
    words = ("complete and sound", "sound but partial", "altered", "cannot be judged", "could not be read")
    summary = {"status": verdict.exit_status, "verdict": words[verdict.exit_status]}
    print(json.dumps(summary) if given.json else f"The recording is {summary['verdict']}.")
    return verdict.exit_status


if __name__ == "__main__":
    sys.exit(main())
