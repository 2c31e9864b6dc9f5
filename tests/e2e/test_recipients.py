"""Two groups of auditors, from their keys to what they can open; nobody alone, and not the operator."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.programs import Site

NO_KEY, CANNOT_JUDGE = 3, 3


@dataclass(frozen=True)
class Sealed:
    """A recording that akiko (with a passphrase) and ken open together."""

    site: Site
    name: str
    akiko: Path
    ken: Path
    members: tuple[str, str]
    recipients: Path

    def with_keys(self, *keys: Path, passphrase: str | None = "witness") -> Site:
        return self.site.with_environment(TACHIAI_KEY=":".join(map(str, keys)), TACHIAI_PASSPHRASE=passphrase)


@pytest.fixture
def sealed(site: Site, tmp_path: Path) -> Sealed:
    akiko, ken, recipients = tmp_path / "akiko.json", tmp_path / "ken.json", tmp_path / "recipients.json"
    locked = site.with_environment(TACHIAI_PASSPHRASE="witness")
    lines = [
        locked.player("keys", "new", "akiko", "--out", str(akiko)).stdout.strip(),
        site.player("keys", "new", "ken", "--group", "privacy", "--no-passphrase", "--out", str(ken)).stdout.strip(),
    ]
    members = ("--member", lines[0], "--member", lines[1])
    made = site.player("keys", "recipients", str(recipients), *members, "--root", str(tmp_path / "root.key"))
    assert made.returncode == 0, made.stderr
    recorded = site.agent("record", "--for", "0.3", "--recipients", str(recipients))
    assert recorded.returncode == 0, recorded.stderr
    folder = Path(recorded.stdout.splitlines()[-1])
    return Sealed(site, folder.name, akiko, ken, (lines[0], lines[1]), recipients)


def test_one_of_each_group_opens_it_nobody_alone_and_anyone_proves_it(sealed: Sealed) -> None:
    both = sealed.with_keys(sealed.akiko, sealed.ken)
    assert both.player("log", sealed.name).stdout.strip()
    assert both.player("search", "session", "--json").returncode == 0
    for keys in ((sealed.akiko,), (sealed.ken,)):
        alone = sealed.with_keys(*keys).player("log", sealed.name)
        assert (alone.returncode, alone.stdout) == (NO_KEY, "")
    operator = sealed.site.player("log", sealed.name)
    assert (operator.returncode, operator.stdout) == (NO_KEY, "")
    assert "akiko" in operator.stderr
    assert "ken" in operator.stderr
    *_, verdict = sealed.site.player_rows("verify", sealed.name)
    assert (verdict["verdict"], verdict["content_checked"]) == ("sound", False)
    *_, verdict = both.player_rows("verify", sealed.name)
    assert (verdict["verdict"], verdict["content_checked"]) == ("sound", True)


def test_an_auditors_machine_judges_it_once_the_device_is_trusted(sealed: Sealed, tmp_path: Path) -> None:
    note = tmp_path / "device.json"
    note.write_text(sealed.site.player("keys", "device", "--json").stdout)
    elsewhere = sealed.with_keys(sealed.akiko, sealed.ken).with_environment(TACHIAI_HOME=str(tmp_path / "auditor"))
    assert elsewhere.player("verify", sealed.name).returncode == CANNOT_JUDGE
    assert elsewhere.player("keys", "trust", str(note)).returncode == 0
    assert elsewhere.player("verify", sealed.name).returncode == 0


def test_a_wrong_passphrase_and_a_list_changed_after_it_was_signed_are_one_sentence(sealed: Sealed) -> None:
    for passphrase in ("wrong", None):
        done = sealed.with_keys(sealed.akiko, sealed.ken, passphrase=passphrase).player("log", sealed.name)
        assert (done.returncode, done.stdout) == (NO_KEY, "")
        assert len(done.stderr.splitlines()) == 1
        assert "passphrase" in done.stderr
    sealed.recipients.write_text(sealed.recipients.read_text().replace("akiko", "mallo"))
    before = set(sealed.site.library.iterdir())
    done = sealed.site.agent("record", "--for", "1", "--recipients", str(sealed.recipients))
    assert done.returncode == NO_KEY
    assert "altered" in done.stderr
    assert set(sealed.site.library.iterdir()) == before
