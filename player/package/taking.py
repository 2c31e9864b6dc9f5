"""Take the recording out of an evidence package into the library: only after every file of the package was checked."""

import tempfile
from dataclasses import replace
from pathlib import Path

from player.importing import Imported, ImportProgress, ImportRefusedError, Told, import_recording
from player.package.checking import CheckedPackage, check_package
from player.persons import Persons, Standing
from recorder.evidence.keys import DeviceTrust, fingerprint

SUFFIX = ".zip"


def is_package(source: Path) -> bool:
    """Whether this is to be taken for an evidence package: a file, by its name; what it is, checking says."""
    return source.suffix.lower() == SUFFIX and not source.is_dir()


def take_in(source: Path, library: Path, *, persons: Persons, devices: DeviceTrust, told: Told) -> Imported:
    """Import a recording from its folder, or from the evidence package that holds it.

    Raises:
        ImportRefusedError: it is neither, it is altered (a package), or it is there already with other bytes.
        UnreadableError: it is called a package, and is none.
        StorageError: it cannot be read, or the library not be written.
    """
    if not is_package(source):
        return import_recording(source, library, devices=devices, told=told)
    with tempfile.TemporaryDirectory(prefix="tachiai-package-") as place:
        checked = check_package(
            source,
            persons=persons,
            devices=devices,
            progress=lambda done, total: told(ImportProgress("checking", done, total)),
            unpack_to=Path(place),
        )
        recording = _recording_of(source, checked)
        done = import_recording(Path(place) / recording, library, devices=devices, told=told)
    return replace(done, notices=(_signed(checked), *done.notices))


def _recording_of(source: Path, checked: CheckedPackage) -> str:
    if checked.findings:
        first = checked.findings[0]
        msg = (
            f"{source} is not as it was signed: {first.name[:200]}: {first.sentence}. Nothing was imported; "
            "`tachiai-player check-package` names all that is wrong, and the package is to be had from its maker again."
        )
        raise ImportRefusedError(msg)
    if checked.recording_id is None or checked.recording is None:
        msg = f"{source} is a sound package, but no recording is in it; nothing was imported."
        raise ImportRefusedError(msg)
    return checked.recording_id


def _signed(checked: CheckedPackage) -> str:
    signer = b"" if checked.signer is None else checked.signer
    if checked.standing is Standing.STRANGER:
        return f"The package is as a stranger signed it ({fingerprint(signer)}): have that read to you by who made it."
    return f"The package is as {checked.signer_name} signed it ({fingerprint(signer)})."
