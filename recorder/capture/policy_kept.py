"""Whether somebody takes away, while they are recorded, what says which policy has to hold here from now on.

Those files lie in the folder of whoever is recorded, who may remove them; but not without a word in the recording.
"""

from dataclasses import dataclass
from pathlib import Path

from recorder.agent_events import EvasionSign
from recorder.capture.source import ThreadSource
from recorder.errors import PolicyError
from recorder.evidence.key_folder import PINNED_ROOT
from recorder.logrow import inert
from recorder.policy.in_force import POLICY_FILE, STATE_FILE, NewestSigned, newest_signed

SIGN = "policy_removed"
LOOK_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class _Kept:
    """What there is: when each file was changed (None: it is not there), the newest policy, and the pinned root."""

    changed: tuple[int | None, ...]
    newest: NewestSigned | None
    root: bytes | None


class PolicyKept(ThreadSource):
    """Looks every ten seconds; a newer policy that is installed is no sign."""

    def __init__(self, keys: Path, *, look_every_s: float = LOOK_EVERY_S) -> None:
        super().__init__("policy files")
        self._keys = keys
        self._look_every_s = look_every_s
        self._before = self._read()  # before this is recorded nobody can be told

    def _open(self) -> str:
        return "Every ten seconds: whether somebody removes or alters what says which policy has to hold here."

    def _run(self) -> None:
        while not self._wait_round(self._look_every_s):
            if self._changed() != self._before.changed:
                before, self._before = self._before, self._read()
                for detail in _worse(before, self._before):
                    self._emit(EvasionSign(self._clock.now_ns(), SIGN, detail))

    def _changed(self) -> tuple[int | None, ...]:
        return tuple(_changed(self._keys / name) for name in (POLICY_FILE, STATE_FILE, PINNED_ROOT))

    def _read(self) -> _Kept:
        changed = self._changed()
        try:
            newest = newest_signed(self._keys)
        except PolicyError:
            newest = None
        try:
            root = (self._keys / PINNED_ROOT).read_bytes()
        except OSError:
            root = None
        return _Kept(changed, newest, root)


def _worse(before: _Kept, now: _Kept) -> list[str]:
    details = []
    if before.changed[0] is not None and now.changed[0] is None:
        details.append(f"{POLICY_FILE}, the policy that is installed here, was removed")
    was, left = before.newest, now.newest
    if was is not None and (left is None or left.root != was.root or left.version < was.version):
        says = f"which says that version {was.version} of {inert(was.organisation)} was in force here"
        details.append(f"{STATE_FILE}, {says}, was {'removed' if now.changed[1] is None else 'altered'}")
    if before.root is not None and now.root != before.root:
        how = "removed" if now.root is None else "altered"
        details.append(f"{PINNED_ROOT}, the organisation's root that is trusted here, was {how}")
    return details


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
