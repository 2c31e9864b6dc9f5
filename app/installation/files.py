"""The files by which a desktop session starts the agent, as they are written: one autostart entry, one user unit."""

from dataclasses import dataclass
from pathlib import Path

from recorder.errors import WorldError

UNIT = "tachiai-agent.service"
ENTRY = "tachiai-agent.desktop"
ENDED_BY_OPERATOR = 5  # as `tachiai-agent run` ends where the policy let the operator end the recording

_ENTRY_TEXT = """\
[Desktop Entry]
Type=Application
Name=Tachiai
Name[ja]=Tachiai（操作の記録）
Comment=Records this desktop session
Comment[ja]=このデスクトップセッションを記録します
Exec={program} start
Terminal=false
NoDisplay=true
X-systemd-skip=true
X-GNOME-Autostart-Phase=Applications
"""

# Only what needs no namespaces: a kernel that gives users none would refuse to start the unit, and nothing would be
# recorded. The X server's socket lies in /tmp and recordings in the home folder, so neither is hidden.
_UNIT_TEXT = """\
[Unit]
Description=Tachiai records this desktop session
PartOf=graphical-session.target
After=graphical-session.target
StartLimitIntervalSec=0

[Service]
ExecStart={program} run --wait
Restart=always
RestartSec=2
RestartPreventExitStatus={ended}
SuccessExitStatus={ended}
KillMode=process
TimeoutStopSec=40
UMask=0077
LimitCORE=0
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=graphical-session.target
"""


class InstallationError(WorldError):
    """The agent cannot be installed or removed as it stands."""

    exit_status = 4  # as where storage fails: something has to be put right first


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that is to be there: with this text, or a link to `target`."""

    path: Path
    text: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the files go, for one user or for every user of the machine."""

    autostart: Path
    units: Path
    manifest: Path

    @classmethod
    def of_user(cls, config: Path, data: Path) -> "Places":
        """The user's own."""
        return cls(config / "autostart", config / "systemd" / "user", data / "tachiai" / "installed.json")

    @classmethod
    def of_system(cls, root: Path) -> "Places":
        """For every user who logs in."""
        etc = root / "etc"
        return cls(etc / "xdg" / "autostart", etc / "systemd" / "user", etc / "tachiai" / "installed.json")

    def wanted(self, program: Path) -> tuple[Wanted, ...]:
        """The files, for the program that lies there.

        Raises:
            InstallationError: no such file can name it.
        """
        name = str(program)
        if not name.isprintable():
            msg = "The program lies in a folder whose name has control characters; move it, then install again."
            raise InstallationError(msg)
        return (
            Wanted(self.autostart / ENTRY, _ENTRY_TEXT.format(program=_quoted_in_entry(name))),
            Wanted(self.units / UNIT, _UNIT_TEXT.format(program=_quoted_in_unit(name), ended=ENDED_BY_OPERATOR)),
            Wanted(self.units / "graphical-session.target.wants" / UNIT, target=f"../{UNIT}"),
        )


def _quoted_in_entry(name: str) -> str:
    """As an autostart entry names a program: quoted, then escaped once more as every text there is."""
    for sign in '\\"`$':
        name = name.replace(sign, f"\\{sign}")
    return '"' + name.replace("\\", "\\\\").replace("%", "%%") + '"'


def _quoted_in_unit(name: str) -> str:
    """As a unit names a program: in that place, and only there, systemd puts in no variables."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("%", "%%") + '"'
