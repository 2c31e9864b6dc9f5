"""What `verify` says of time and of content, and how it says it; both verifiers as programs."""

import json

import pytest

from recorder.clock import Instant
from recorder.events import Gap
from recorder.evidence import seal
from recorder.evidence.findings import Code, Finding, Severity
from recorder.evidence.key_folder import keys_folder, trusted_devices
from recorder.evidence.keys import KeyRing, device_note
from recorder.evidence.verify import verify
from recorder.format.payload import encode_events
from tests.evidence_kit import (
    TurnedClock,
    cast,
    codes,
    copied,
    crash,
    independent,
    judged,
    new_writer,
    offsets,
    record,
)


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    return record(tmp_path_factory.mktemp("closed"))[0]


@pytest.fixture
def sound(closed, tmp_path):
    return copied(closed, tmp_path / "copy")


def test_silence_without_heartbeats_is_a_finding_and_sleep_is_named(tmp_path):
    clock = TurnedClock()
    writer = new_writer(tmp_path, clock=clock)
    writer.start_segment("start")
    writer.append(b"\x90")
    clock.elapsed_ns += 60 * 10**9
    writer.append(b"\x90")
    writer.close("asked")
    (gap,) = [finding for finding in judged(writer.folder).findings if finding.code == Code.HEARTBEAT_GAP]
    assert (gap.at_ns, gap.end_ns) == (2 * 10**9, 63 * 10**9)
    assert judged(writer.folder).exit_status == 1


def test_a_wall_clock_that_was_set_is_noted_and_does_not_change_the_verdict(tmp_path):
    clock = TurnedClock()
    writer = new_writer(tmp_path, clock=clock)
    writer.start_segment("start")
    writer.append(b"\x90")
    clock.wall_offset_ns = -86_400 * 10**9
    writer.append(b"\x90")
    writer.close("asked")
    verdict = judged(writer.folder)
    assert Code.TIME_STEP in [finding.code for finding in verdict.findings]
    assert verdict.exit_status == 0


def test_altered_ranges_have_times_to_paint(sound):
    path = sound / "0001.seg"
    data, start = bytearray(path.read_bytes()), offsets(path)[3]
    data[start + 120] ^= 1
    path.write_bytes(data)
    (finding,) = [one for one in judged(sound).findings if one.severity is Severity.ALTERED]
    assert (finding.segment, finding.sequence, finding.offset_bytes) == (1, 3, start)
    assert (finding.at_ns, finding.end_ns) == (3 * 10**9, 5 * 10**9)


def test_two_damaged_records_are_two_findings_and_what_lies_between_is_unproven(sound):
    path = sound / "0001.seg"
    data, starts = bytearray(path.read_bytes()), offsets(path)
    data[starts[2] + 120] ^= 1
    data[starts[4] + 120] ^= 1
    path.write_bytes(data)
    assert codes(judged(sound)) == ["CRC_MISMATCH", Code.UNPROVEN, "CRC_MISMATCH"]


def test_the_order_of_findings_is_always_the_same(sound):
    (sound / "0001.seg").write_bytes(b"")
    assert judged(sound) == judged(sound)


def test_with_a_key_a_gap_inside_makes_it_partial(tmp_path):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    writer.append(encode_events([Gap(at_ns=5, end_ns=9, what="screen", reason="grab_failed")]))
    writer.close("asked")
    assert judged(writer.folder).exit_status == 0
    verdict = verify(writer.folder, devices=cast().devices, keys=cast().keys)
    assert verdict.exit_status == 1
    assert [(one.code, one.at_ns, one.end_ns) for one in verdict.findings] == [(Code.GAP, 5, 9)]


def test_with_a_key_content_that_does_not_open_or_is_no_list_of_events_is_found(tmp_path, monkeypatch):
    writer = new_writer(tmp_path)
    writer.start_segment("start")
    writer.append(b"not events")
    with monkeypatch.context() as patched:
        patched.setattr(seal, "seal_body", lambda key, header, plain: bytes(len(plain) + 16))
        writer.append(b"\x90")
    writer.close("asked")
    verdict = verify(writer.folder, devices=cast().devices, keys=cast().keys)
    assert codes(verdict) == [Code.UNDECODABLE, Code.DECRYPT_FAIL]
    assert verdict.exit_status == 2


def test_a_wrong_key_leaves_the_verdict_on_integrity(closed):
    verdict = verify(closed, devices=cast().devices, keys=KeyRing((cast().officer,)))
    assert verdict.exit_status == 0
    assert not verdict.content_checked
    assert [finding.code for finding in verdict.findings] == [Code.CONTENT_NOT_CHECKED]
    assert "akira" in verdict.findings[0].sentence


def test_a_check_of_events_is_asked_for_every_chunk_and_its_findings_count(closed):
    asked = []

    def check(segment, chunk, events):
        asked.append((segment, chunk.sequence, len(events)))
        if len(asked) == 3:
            yield Finding("PICTURE", segment, chunk.sequence, None, None, None, "A picture is wrong.", Severity.ALTERED)

    progress = []
    verdict = verify(
        closed,
        devices=cast().devices,
        keys=cast().keys,
        check_events=check,
        progress=lambda *now: progress.append(now),
    )
    assert len(asked) == 10
    assert verdict.exit_status == 2
    assert progress[-1][0] == progress[-1][1]


def test_the_second_verifier_is_a_program_with_the_same_exit_status(closed, tmp_path, monkeypatch, capsys):
    key = tmp_path / "device.json"
    key.write_bytes(device_note(cast().device.public_bytes, "desk"))
    monkeypatch.setattr("sys.argv", ["verify_recording.py", str(closed), "--device", str(key), "--json"])
    assert independent().main() == 0
    assert json.loads(capsys.readouterr().out) == {"type": "verdict", "verdict": "sound", "exit_status": 0}
    monkeypatch.setattr("sys.argv", ["verify_recording.py"])
    with pytest.raises(SystemExit) as left:
        independent().main()
    assert left.value.code == 64


def test_the_second_verifier_looks_in_the_same_trust_folder(closed, tmp_path, monkeypatch):
    trusted_devices(keys_folder()).add(cast().device.public_bytes, "desk")
    monkeypatch.setattr("sys.argv", ["verify_recording.py", str(closed)])
    assert independent().main() == 0


def test_a_suspended_night_is_said_in_the_sentence(tmp_path):
    class SleepyClock(TurnedClock):
        asleep_ns = 0

        def read(self):
            instant = super().read()
            return Instant(instant.monotonic_ns - self.asleep_ns, instant.boot_ns, instant.wall_ns)

    clock = SleepyClock()
    writer = new_writer(tmp_path, clock=clock)
    writer.start_segment("start")
    writer.append(b"\x90")
    clock.asleep_ns = 28_800 * 10**9
    clock.elapsed_ns += clock.asleep_ns
    writer.append(b"\x90")
    crash(writer)
    sentences = [finding.sentence for finding in judged(writer.folder).findings]
    assert any("slept for 28800.0 s" in sentence for sentence in sentences)
