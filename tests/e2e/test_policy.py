"""A policy from its file to the recordings that it governs, with the real programs on a real display."""

from pathlib import Path

import pytest

from tests.e2e.programs import Site

REFUSED = 3
POLICY = """version = {version}
organisation = "Example Bank"
[recording]
keys = "activity"
idle_after_s = 10
plain_files = false
"""


def keys_of(site: Site) -> Path:
    return site.home / "tachiai" / "keys"


@pytest.fixture
def policy(site: Site, tmp_path: Path) -> Path:
    """Version 5, signed, in force, its root pinned; recordings are sealed to a list that the same root signed."""
    path, root = tmp_path / "policy.toml", tmp_path / "root.key"
    path.write_text(POLICY.format(version=5))
    signed = site.agent("policy", "sign", str(path), "--root", str(root), "--new-root")
    assert signed.returncode == 0, signed.stderr
    auditor = site.player("keys", "new", "akiko", "--no-passphrase").stdout.strip()
    keys = keys_of(site)
    listed = site.player("keys", "recipients", str(keys / "recipients.json"), "--member", auditor, "--root", str(root))
    assert listed.returncode == 0, listed.stderr
    used = site.agent("policy", "use", str(path), "--root", signed.stdout.strip())
    assert used.returncode == 0, used.stderr
    return path


def rows_of(site: Site, folder: str) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["text"], row["detail"]) for row in site.player_rows("log", Path(folder).name)]


def test_the_policy_governs_the_recording_and_is_its_second_event(site: Site, policy: Path) -> None:
    log = policy.parent / "plain.log"
    done = site.agent("record", "--for", "1", "--keys", "text", "--log", str(log))
    assert done.returncode == 0, done.stderr
    assert "--keys is overruled: the policy sets `recording.keys`." in done.stderr
    assert "--log is overruled" in done.stderr
    assert not log.exists()
    first, second, *others = rows_of(site, done.stdout.splitlines()[-1])
    idle = next(detail for kind, text, detail in others if (kind, text) == ("source", "Recorded: idle"))
    assert "counts as idle after 10 s" in idle
    assert (first[0], "activity" in first[2]) == ("session", True)
    assert second[:2] == ("policy", "Policy version 5 of Example Bank holds")
    report = policy.parent / "report.html"
    name = Path(done.stdout.splitlines()[-1]).name
    assert site.player("report", name, "--out", str(report)).returncode == 0
    assert "Version 5 of Example Bank, signed by the root key" in report.read_text()


def test_without_a_policy_the_recording_says_that_none_was_given(site: Site) -> None:
    done = site.agent("record", "--for", "0.5")
    assert done.returncode == 0, done.stderr
    assert rows_of(site, done.stdout.splitlines()[-1])[1][:2] == (
        "policy",
        "No policy was given: the built-in one holds",
    )


def test_a_worse_policy_records_nothing_whichever_way_it_comes(site: Site, policy: Path) -> None:
    older = policy.parent / "older.toml"
    older.write_text(POLICY.format(version=4))
    installed = keys_of(site) / "agent-policy.toml"
    for command in (["record", "--for", "1"], ["run", "--no-window"]):
        given = site.agent(*command, "--policy", str(older))
        assert (given.returncode, len(given.stderr.splitlines())) == (REFUSED, 1), given.stderr
        assert "is refused: nobody signed it" in given.stderr
    kept = installed.read_bytes()
    installed.write_bytes(older.read_bytes())
    exchanged = site.agent("record", "--for", "1")
    assert (exchanged.returncode, "is refused" in exchanged.stderr) == (REFUSED, True)
    installed.unlink()
    gone = site.agent("record", "--for", "1")
    assert (gone.returncode, "is gone; install it again" in gone.stderr) == (REFUSED, True)
    assert not site.library.exists() or list(site.library.iterdir()) == []
    installed.write_bytes(kept)
    assert site.agent("record", "--for", "0.5").returncode == 0


def test_with_a_pinned_root_and_no_list_of_its_recipients_nothing_is_recorded(site: Site, policy: Path) -> None:
    (keys_of(site) / "recipients.json").unlink()
    done = site.agent("record", "--for", "1")
    assert (done.returncode, len(done.stderr.splitlines())) == (REFUSED, 1)
    assert "whom its organisation names" in done.stderr
