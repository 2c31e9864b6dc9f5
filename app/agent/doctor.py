"""What can be recorded on this machine, what not, and why."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from app.agent.notes import note
from recorder.capture.probe import Capability, probe_desktop
from recorder.clock import SystemClock
from recorder.codec import fused
from recorder.errors import WorldError
from recorder.evidence.key_folder import keys_folder, recipients_here
from recorder.evidence.keys import fingerprint
from recorder.evidence.library_folder import library_folder
from recorder.logrow import inert
from recorder.policy.agent_policy import AgentPolicy
from recorder.policy.in_force import policy_that_holds
from recorder.policy.paths import path_here
from recorder.policy.policy_file import PolicyFile
from recorder.session.storage import must_end
from recorder.streams import said_or_refused

CAN_RECORD, CANNOT_RECORD = 0, 3
LITTLE_SPACE_BYTES = 2 * 1024**3
TINY_SPACE_BYTES = 200 * 1024**2
EARLIEST_WALL_NS = 1_735_689_600_000_000_000  # 2025: before that, the wall clock was never set
_CODECS = {"mp4v": ".mp4", "avc1": ".mp4", "VP80": ".webm", "VP90": ".webm", "MJPG": ".avi"}


class State(StrEnum):
    """How well something can be recorded."""

    OK = "ok"
    LIMITED = "limited"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that was looked at. `needed`: without it nothing can be recorded. `what_to_do` is "" if nothing is."""

    area: str
    state: State
    sentence: str
    what_to_do: str = ""
    needed: bool = False


def examine(library: Path | None = None) -> tuple[Advice, ...]:
    """Look at everything that a recording needs, changing nothing."""
    desktop = tuple(_from_capability(found) for found in probe_desktop(tell=note))
    return (*desktop, *_governed(library), _clock(), _encoder(), _video())


def run_doctor(*, as_json: bool, out: TextIO, library: Path | None = None) -> int:
    """Print what was found: lines for a person, or one JSON object a line. 0 can record, 3 cannot."""
    findings = examine(library)
    lines = [_as_json(advice) if as_json else _as_lines(advice) for advice in findings]
    cannot = [advice for advice in findings if advice.needed and advice.state is State.NO]
    if not as_json:
        lines.append(_conclusion(cannot))
    with said_or_refused(out):
        out.write("\n".join(lines) + "\n")
        out.flush()
    return CANNOT_RECORD if cannot else CAN_RECORD


def _as_json(advice: Advice) -> str:
    return json.dumps(asdict(advice), ensure_ascii=False)


def _as_lines(advice: Advice) -> str:
    line = f"{advice.state.value:<8}{advice.area:<11}{advice.sentence}"
    return f"{line}\n{'':19}→ {advice.what_to_do}" if advice.what_to_do else line


def _conclusion(cannot: list[Advice]) -> str:
    if cannot:
        return f"This session cannot be recorded: {', '.join(advice.area for advice in cannot)}."
    return "This session can be recorded."


def _from_capability(found: Capability) -> Advice:
    state = State.OK if found.works else State.NO
    if found.works and found.limit:
        state = State.LIMITED
    sentence = f"{found.sentence} {found.limit}".strip()
    return Advice(found.area, state, sentence, found.what_to_do, needed=found.needed)


def _storage(library: Path, policy: AgentPolicy) -> Advice:
    """Whether the library's file system can be written and has room. Only the nearest existing folder is looked at."""
    existing = next((folder for folder in (library, *library.parents) if _is_seen(folder)), None)
    if existing is None or not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        sentence = f"Recordings cannot be written to {library}."
        return Advice("storage", State.NO, sentence, "Give another folder with --library.", needed=True)
    try:
        free_bytes = shutil.disk_usage(existing).free
    except OSError as error:
        sentence = f"The room left for {library} is not known ({error.strerror})."
        return Advice("storage", State.LIMITED, sentence, "Check the file system.", needed=True)
    sentence = (
        f"{free_bytes / 1024**3:.1f} GiB are free for {library}; an hour of desk work took about 40 MB when measured."
    )
    if free_bytes < TINY_SPACE_BYTES or must_end(library, policy.storage):
        return Advice("storage", State.NO, sentence, "Free some room, or give another --library.", needed=True)
    if free_bytes < LITTLE_SPACE_BYTES:
        return Advice("storage", State.LIMITED, sentence, "Free some room, or give another --library.", needed=True)
    return Advice("storage", State.OK, sentence, needed=True)


def _is_seen(folder: Path) -> bool:
    try:
        return folder.exists()
    except PermissionError:  # what lies above it may not be looked into
        return False


def _clock() -> Advice:
    now = SystemClock().read()
    if now.wall_ns < EARLIEST_WALL_NS:
        sentence = "The wall clock is years behind, so recordings would bear a wrong date."
        return Advice("clock", State.LIMITED, sentence, "Set the clock, best by a time service (NTP).")
    if not sys.platform.startswith("linux"):
        sentence = "Times are exact; sleep of the machine cannot be told from standing still on this system."
        return Advice("clock", State.LIMITED, sentence)
    return Advice("clock", State.OK, "Times are exact, and sleep and changes of the wall clock are noticed.")


def _governed(library: Path | None) -> tuple[Advice, ...]:
    """Which policy holds, and what it sets of who may open recordings and where they are written."""
    try:
        file = policy_that_holds(keys_folder())
        recording = file.policy.recording
        folder = library or path_here("recording.library", recording.library)
        recipients = path_here("recording.recipients", recording.recipients)
    except WorldError as error:  # a faulty policy, or one that is refused or gone, lets nothing be recorded
        what_to_do = "Install a sound one: tachiai-agent policy use FILE."
        refused = Advice("policy", State.NO, str(error), what_to_do, needed=True)
        return refused, _storage(library_folder(library), AgentPolicy())
    return _policy(file), _recipients(recipients), _storage(library_folder(folder), file.policy)


def _policy(file: PolicyFile) -> Advice:
    if not file.policy.version:
        return Advice("policy", State.OK, "No policy was given: the built-in one holds.")
    held = f"Version {file.policy.version} of the policy of {inert(file.policy.organisation)} holds"
    if file.root_public_bytes:
        return Advice("policy", State.OK, f"{held}, signed by {fingerprint(file.root_public_bytes)}.")
    return Advice("policy", State.LIMITED, f"{held}, and nobody signed it.", "Sign it: tachiai-agent policy sign.")


def _recipients(path: Path | None) -> Advice:
    """Who may open what is recorded here; without a usable list nothing is recorded."""
    try:
        recipients = recipients_here(keys_folder(), path)
    except (WorldError, OSError) as error:
        what_to_do = "Have a list that is signed and that everybody may read put there: tachiai-player keys recipients."
        return Advice("recipients", State.NO, str(error), what_to_do, needed=True)
    if recipients is None:
        sentence = "There is no list of who may open recordings: a key for it is made on this machine."
        return Advice("recipients", State.LIMITED, sentence, "Make keys and a list: tachiai-player keys.")
    names = "; ".join(
        f"{inert(group)}: {', '.join(inert(one.name) for one in members)}" for group, members in recipients.groups
    )
    return Advice("recipients", State.OK, f"One of every group opens recordings ({names}).", needed=True)


def _encoder() -> Advice:
    """Whether the codec's loops are compiled."""
    choice = fused.choose()
    if choice.is_compiled:
        return Advice("encoder", State.OK, "Pictures are encoded by compiled code.")
    sentence = f"Pictures are encoded by NumPy, the same and at more processor time: {choice.why_not}."
    if choice.is_wanted:
        return Advice("encoder", State.LIMITED, sentence, f"Unset {fused.VARIABLE}.")
    what_to_do = "Install a C compiler and Python's headers (gcc, libc6-dev, python3-dev), and Tachiai once more."
    return Advice("encoder", State.LIMITED, sentence, what_to_do)


def _video() -> Advice:
    """Which codecs OpenCV's writer opens here, found by opening each on a file that is thrown away."""
    try:
        working = [name for name, suffix in _CODECS.items() if _codec_opens(name, suffix)]
    except OSError as error:
        sentence = (
            f"Whether an ordinary video can be written (--video) is not known: no temporary file ({error.strerror})."
        )
        return Advice("video", State.LIMITED, sentence, "Set TMPDIR to a folder that can be written to.")
    if not working:
        sentence = "No ordinary video can be written beside the recording (--video)."
        return Advice("video", State.LIMITED, sentence, "Install opencv-python with its FFmpeg.")
    return Advice("video", State.OK, f"An ordinary video can be written (--video) as {', '.join(working)}.")


def _codec_opens(name: str, suffix: str) -> bool:
    return _with_quiet_stderr(lambda: _try_codec(name, suffix))


def _try_codec(name: str, suffix: str) -> bool:
    import tempfile

    import cv2

    with tempfile.TemporaryDirectory(prefix="tachiai-doctor-") as folder:
        writer = cv2.VideoWriter(str(Path(folder) / f"try{suffix}"), cv2.VideoWriter.fourcc(*name), 5.0, (64, 64))
        opened = bool(writer.isOpened())
        writer.release()
    return opened


def _with_quiet_stderr(work: Callable[[], bool]) -> bool:
    """FFmpeg writes to the process's stderr what it thinks of a codec; a person asked for one line."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        return work()
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
