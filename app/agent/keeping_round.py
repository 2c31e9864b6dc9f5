"""Letting go what the policy no longer keeps: when asked, and once a day by the resident agent."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sized
from pathlib import Path

from recorder.clock import NS_PER_S, Clock, SystemClock
from recorder.errors import WorldError
from recorder.evidence.key_folder import ensure_local_keys, trusted_devices
from recorder.keeping.archive import FolderArchive
from recorder.keeping.keeper import Expired, Keeper
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.paths import path_here

FIRST_S = 600.0  # a desktop that has just begun has other work
EVERY_S = 86_400.0
LOOK_EVERY_S = 600.0  # a machine that slept is not waited for in one piece
END_S = 5.0


def keeper_of(library: Path, keys: Path, clock: Clock | None = None) -> Keeper:
    """Who keeps this library, with this machine's device key."""
    device = ensure_local_keys(keys).device
    return Keeper(library, device=device, devices=trusted_devices(keys), clock=clock or SystemClock())


def expire(keeper: Keeper, policy: AgentPolicy, *, dry_run: bool = False, also_interrupted: bool = False) -> Expired:
    """Let go what this policy no longer keeps: the daily round, too."""
    folder = path_here("storage.archive", policy.storage.archive)
    archive = FolderArchive(folder) if folder is not None else None
    return keeper.expire(
        policy.storage,
        policy_version=policy.version,
        archive=archive,
        also_interrupted=also_interrupted,
        dry_run=dry_run,
    )


def keeps_for_ever(policy: AgentPolicy) -> bool:
    """Whether nothing ever expires by this policy."""
    return not policy.storage.quota_mb and not policy.storage.keep_days


@contextlib.contextmanager
def daily_rounds(
    library: Path,
    keys: Path,
    policy: AgentPolicy,
    *,
    clock: Clock,
    tell: Callable[[str], None],
    first_s: float = FIRST_S,
) -> Iterator[None]:
    """Let expire what need not be kept any longer, soon and then once a day; `tell` hears what went, or why not."""
    if keeps_for_ever(policy):
        yield
        return
    ending = threading.Event()

    def go_round() -> None:
        due_ns = clock.boot_ns() + int(first_s * NS_PER_S)
        while not ending.wait(min(LOOK_EVERY_S, max(0.0, (due_ns - clock.boot_ns()) / NS_PER_S))):
            if clock.boot_ns() < due_ns:
                continue
            due_ns = clock.boot_ns() + int(EVERY_S * NS_PER_S)
            for sentence in _one_round(library, keys, policy, clock):
                tell(sentence)

    thread = threading.Thread(target=go_round, name="daily round", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(END_S)  # one that is deleting is cut off: the next one goes on where it was


def _one_round(library: Path, keys: Path, policy: AgentPolicy, clock: Clock) -> list[str]:
    try:
        done = expire(keeper_of(library, keys, clock), policy)
    except WorldError as error:
        return [str(error)]
    said = [f"{_count(done.gone)} expired by the policy; `library status` tells which."] if done.gone else []
    if done.stays:
        said.append(f"{_count(done.stays)} to expire by the policy did not; `library expire --dry-run` tells why.")
    return [*said, *done.problems]


def _count(recordings: Sized) -> str:
    return "1 recording" if len(recordings) == 1 else f"{len(recordings)} recordings"
