"""The daily round of the resident agent."""

from dataclasses import replace
from pathlib import Path

from app.agent.keeping_round import daily_rounds, keeps_for_ever
from recorder.clock import Instant, SystemClock
from recorder.evidence.key_folder import ensure_local_keys, keys_folder
from recorder.evidence.writer import RecordingWriter, SessionHeader
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.sections import StoragePolicy
from tests.xserver import wait_until

DAY_NS = 86_400 * 1_000_000_000
MONTH = AgentPolicy(version=1, organisation="Example Bank", storage=StoragePolicy(keep_days=30))


class DaysLater:
    """The machine's clocks, so many days on."""

    def __init__(self, days: int) -> None:
        self._clock = SystemClock()
        self._later_ns = days * DAY_NS

    def boot_ns(self) -> int:
        return self._clock.boot_ns()

    def read(self) -> Instant:
        now = self._clock.read()
        return Instant(now.monotonic_ns, now.boot_ns, now.wall_ns + self._later_ns)


def closed_recording(library: Path) -> Path:
    clock = SystemClock()
    keys = ensure_local_keys(keys_folder())
    header = SessionHeader("20261122T101112Z-0badcafe", "alice", "db1", "", clock.read(), 0, "test")
    writer = RecordingWriter.create(library, header, device=keys.device, recipients=keys.recipients, clock=clock)
    writer.start_segment("start")
    writer.close("asked")
    return writer.folder


def test_what_is_too_old_expires_without_anybody_asking(tmp_path: Path) -> None:
    folder, said = closed_recording(tmp_path / "library"), list[str]()
    with daily_rounds(tmp_path / "library", keys_folder(), MONTH, clock=DaysLater(40), tell=said.append, first_s=0.0):
        wait_until(lambda: said, what="the round")
    assert said == ["1 recording expired by the policy; `library status` tells which."]
    assert not folder.exists()


def test_what_is_not_in_the_archive_stays_and_that_is_said(tmp_path: Path) -> None:
    folder, said = closed_recording(tmp_path / "library"), list[str]()
    policy = replace(MONTH, storage=replace(MONTH.storage, archive=str(tmp_path / "archive")))
    with daily_rounds(tmp_path / "library", keys_folder(), policy, clock=DaysLater(40), tell=said.append, first_s=0.0):
        wait_until(lambda: said, what="the round")
    assert said == ["1 recording to expire by the policy did not; `library expire --dry-run` tells why."]
    assert folder.exists()


def test_what_is_young_stays_and_a_library_that_is_away_is_said(tmp_path: Path) -> None:
    folder, said = closed_recording(tmp_path / "library"), list[str]()
    (tmp_path / "file").write_text("in the way")
    with daily_rounds(tmp_path / "file", keys_folder(), MONTH, clock=DaysLater(40), tell=said.append, first_s=0.0):
        wait_until(lambda: said, what="a problem")
    assert folder.exists()


def test_without_a_limit_nothing_ever_expires(tmp_path: Path) -> None:
    assert keeps_for_ever(AgentPolicy())
    assert not keeps_for_ever(MONTH)
