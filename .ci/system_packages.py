"""See that this machine has the system packages that lists name, and install those that are missing if that is allowed.

A list is a text file; a line is `PACKAGE` or `PACKAGE KIND NAME`, `#` begins a comment. KIND says how to see that the
package is not needed, because what it brings is here already: `command` on the PATH, a shared `library` that loads, a
`file` (a pattern) that exists, a `module` or a `header` of this Python. A bare PACKAGE is asked of dpkg. In package and
name, `{python}` stands for this Python's version, "3.11". Only the standard library, and only what Python 3.11 has.
"""

import argparse
import ctypes
import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Need:
    """A package, and how to see whether what it brings is here."""

    package: str
    kind: str
    name: str

    @property
    def is_met(self) -> bool:
        """Whether nothing needs to be installed for this."""
        match self.kind:
            case "command":
                return shutil.which(self.name) is not None
            case "library":
                return library_loads(self.name)
            case "file":
                return bool(glob.glob(self.name, recursive=True))  # noqa: PTH207 - the pattern is absolute
            case "module":
                return importlib.util.find_spec(self.name) is not None
            case "header":
                return (Path(sysconfig.get_path("include")) / self.name).exists()
            case _:
                return dpkg_has(self.package)


def library_loads(name: str) -> bool:
    """Whether the dynamic linker finds this shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def dpkg_has(package: str) -> bool:
    """Whether dpkg says that the package is installed; no without dpkg."""
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    asked = subprocess.run(query, capture_output=True, text=True, check=False)
    return asked.returncode == 0 and asked.stdout.startswith("installed")


def read_needs(path: Path) -> list[Need]:
    """The needs that a list names; a line of any other form is refused."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    needs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match line.partition("#")[0].replace("{python}", python).split():
            case []:
                continue
            case [package]:
                needs.append(Need(package, "package", package))
            case [package, ("command" | "library" | "file" | "module" | "header") as kind, name]:
                needs.append(Need(package, kind, name))
            case _:
                sys.exit(
                    f"{path}:{number}: not PACKAGE or PACKAGE command|library|file|module|header NAME: {line.strip()}"
                )
    return needs


def missing_packages(lists: list[Path]) -> list[str]:
    """The packages of these lists that are needed and not here, each once, in order."""
    return list(dict.fromkeys(need.package for path in lists for need in read_needs(path) if not need.is_met))


def install_prefix() -> list[str] | None:
    """What goes before apt-get: nothing for root, sudo if it asks no password; None if neither may install."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install(packages: list[str], prefix: list[str]) -> bool:
    """Install the packages with apt-get; whether it said that it did."""
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    updated = subprocess.run([*quiet, "update"], stdin=subprocess.DEVNULL, check=False)
    installed = subprocess.run(
        [*quiet, "install", "--yes", "--no-install-recommends", *packages], stdin=subprocess.DEVNULL, check=False
    )
    return updated.returncode == 0 and installed.returncode == 0


def refusal(packages: list[str], *, tried: bool) -> str:
    """What a person must do, in words and one line to copy."""
    why = (
        "apt-get could not install them"
        if tried
        else "installing them needs root or a sudo that asks no password"
        if shutil.which("apt-get")
        else "this system has no apt-get, so install what they hold in its own way"
    )
    line = "apt-get update && apt-get install --yes --no-install-recommends " + " ".join(packages)
    return f"Stopped: system packages are missing, and {why}. As root:\n\n    {line}\n\nThen run this again."


def regret(packages: list[str]) -> str:
    """What is told of packages that may be missing."""
    return f"Going on without optional system packages: {' '.join(packages)}"


def main() -> int:
    """Check, install if allowed, check again; 0 only if nothing is missing, or may be."""
    parser = argparse.ArgumentParser(description="Install the system packages that the given lists name, if missing.")
    parser.add_argument("lists", nargs="+", type=Path)
    parser.add_argument("--optional", action="store_true", help="go on without what cannot be installed")
    asked = parser.parse_args()
    missing = missing_packages(asked.lists)
    if not missing:
        return 0
    prefix = install_prefix()
    if prefix is None:
        return ended_without(missing, is_optional=asked.optional, tried=False)
    print("Installing system packages:", " ".join(missing), flush=True)
    apt_is_content = install(missing, prefix)
    importlib.invalidate_caches()
    still_missing = missing_packages(asked.lists)
    if still_missing or not apt_is_content:
        return ended_without(still_missing or missing, is_optional=asked.optional, tried=True)
    return 0


def ended_without(packages: list[str], *, is_optional: bool, tried: bool) -> int:
    """Say that these are not here; the exit status."""
    if is_optional:
        print(regret(packages), flush=True)
        return 0
    print(refusal(packages, tried=tried), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
