"""The doctor says what can be recorded here, and its exit status is the answer."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from app.agent.doctor import State, examine, run_doctor
from recorder import codec
from recorder.codec import fused
from recorder.evidence.keys import AuditorKey, DeviceKey, Recipients
from recorder.policy.in_force import POLICY_FILE, install_policy
from tests.ordinary_user import ordinary_user
from tests.xserver import start_xvfb


@pytest.fixture
def server(monkeypatch):
    with start_xvfb(640, 480) as running:
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
        monkeypatch.setenv("DISPLAY", running.display)
        yield running


def _lines(*, library=None) -> tuple[int, dict[str, dict[str, object]]]:
    out = io.StringIO()
    status = run_doctor(as_json=True, out=out, library=library)
    found = [json.loads(line) for line in out.getvalue().splitlines()]
    return status, {one["area"]: one for one in found}


def test_a_session_that_can_be_recorded_is_said_to_be(server, tmp_path):
    server.start_openbox()
    status, found = _lines(library=tmp_path / "not" / "yet" / "there")
    assert status == 0
    for area in ("display", "screen", "monitors", "pointer", "keyboard", "window", "clipboard", "idle", "storage"):
        assert found[area]["state"] == "ok", found[area]
    assert "Openbox" in str(found["window"]["sentence"])
    assert "640×480" in str(found["monitors"]["sentence"])
    assert not (tmp_path / "not").exists()


def test_the_policy_that_holds_is_named_and_a_faulty_one_lets_nothing_be_recorded(server, tmp_path, monkeypatch):
    server.start_openbox()
    monkeypatch.setenv("TACHIAI_HOME", str(tmp_path))
    assert _lines(library=tmp_path)[1]["policy"]["sentence"] == "No policy was given: the built-in one holds."
    path = tmp_path / "policy.toml"
    path.write_text('version = 3\norganisation = "Example Bank"\n')
    install_policy(path, tmp_path / "keys")
    status, found = _lines(library=tmp_path)
    assert (status, found["policy"]["state"]) == (0, "limited")
    assert "Version 3 of the policy of Example Bank holds, and nobody signed it." in str(found["policy"]["sentence"])
    (tmp_path / "keys" / POLICY_FILE).write_text("version = 3\n")
    status, found = _lines(library=tmp_path)
    assert (status, found["policy"]["state"], found["policy"]["needed"]) == (3, "no", True)
    assert "`organisation` is missing" in str(found["policy"]["sentence"])


def test_the_list_and_the_library_that_the_policy_names_are_the_ones_that_are_looked_at(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TACHIAI_HOME", str(tmp_path))
    listed, elsewhere = tmp_path / "listed.json", tmp_path / "elsewhere"
    path = tmp_path / "policy.toml"
    named = f'[recording]\nlibrary = "{elsewhere}"\nrecipients = "{listed}"\n'
    path.write_text(f'version = 1\norganisation = "Example Bank"\n{named}')
    install_policy(path, tmp_path / "keys")
    status, found = _lines()
    assert (status, found["recipients"]["state"], found["recipients"]["needed"]) == (3, "no", True)
    assert str(listed) in str(found["recipients"]["sentence"])
    assert str(elsewhere) in str(found["storage"]["sentence"])
    carol = AuditorKey.generate("Carol").public
    Recipients.sign([carol], version=1, root=DeviceKey.generate()).save(listed)
    status, found = _lines()
    assert (status, found["recipients"]["state"]) == (0, "ok")
    assert "Carol" in str(found["recipients"]["sentence"])


def test_room_in_which_the_policy_lets_nothing_begin_is_too_little(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TACHIAI_HOME", str(tmp_path))
    path = tmp_path / "policy.toml"
    limits = "low_mb = 1000000000\nreserve_mb = 999999999\nfull_mb = 999999998\n"
    path.write_text(f'version = 1\norganisation = "Example Bank"\n[storage]\n{limits}')
    install_policy(path, tmp_path / "keys")
    status, found = _lines(library=tmp_path)
    assert (status, found["storage"]["state"]) == (3, "no")


def test_lines_for_a_person_end_with_the_answer(server, tmp_path):
    out = io.StringIO()
    assert run_doctor(as_json=False, out=out, library=tmp_path) == 0
    assert out.getvalue().splitlines()[-1] == "This session can be recorded."


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [({}, "DISPLAY is not set"), ({"DISPLAY": ":9999"}, ":9999"), ({"WAYLAND_DISPLAY": "wayland-0"}, "Wayland")],
)
def test_a_session_that_cannot_be_recorded_is_3_and_says_what_to_do(monkeypatch, tmp_path, environment, sentence):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    status, found = _lines(library=tmp_path)
    assert status == 3
    assert found["display"]["state"] == "no"
    assert sentence in str(found["display"]["sentence"])
    assert found["display"]["what_to_do"]


def test_a_missing_extension_limits_and_is_named(monkeypatch, tmp_path):
    with start_xvfb(320, 200, options=("-extension", "DAMAGE", "-extension", "RECORD")) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        status, found = _lines(library=tmp_path)
    assert status == 0
    assert (found["screen"]["state"], found["keyboard"]["state"]) == ("limited", "no")
    assert "RECORD" in str(found["keyboard"]["sentence"])


def test_a_library_that_is_a_file_cannot_be_written(server, tmp_path):
    library = tmp_path / "library"
    library.write_text("not a folder")
    status, found = _lines(library=library)
    assert (status, found["storage"]["state"]) == (3, "no")


@pytest.mark.parametrize("mode", [0o555, 0])
def test_a_library_in_a_folder_that_may_not_be_written_or_even_looked_into_is_refused(open_folder, mode):
    open_folder.chmod(mode)
    with ordinary_user():
        storage = next(advice for advice in examine(open_folder / "library") if advice.area == "storage")
    assert storage.state is State.NO
    assert "cannot be written" in storage.sentence


def test_a_full_disk_cannot_be_recorded_to(server, tmp_path, monkeypatch):
    monkeypatch.setattr("app.agent.doctor.TINY_SPACE_BYTES", 1 << 60)
    storage = next(advice for advice in examine(tmp_path) if advice.area == "storage")
    assert storage.state is State.NO


def test_who_encodes_pictures_is_said_and_why(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TACHIAI_KERNEL", "numpy")
    asked = _lines(library=tmp_path)[1]["encoder"]
    assert (asked["state"], asked["what_to_do"]) == ("limited", "Unset TACHIAI_KERNEL.")
    monkeypatch.delenv("TACHIAI_KERNEL")
    monkeypatch.setitem(sys.modules, "recorder.codec._kernel", None)
    missing = _lines(library=tmp_path)[1]["encoder"]
    assert missing["state"] == "limited"
    assert "there is no compiled part" in str(missing["sentence"])
    assert "gcc" in str(missing["what_to_do"])
    for version, sentence in ((fused.VERSION, "by compiled code"), (fused.VERSION - 1, "of another version")):
        built = SimpleNamespace(VERSION=version)
        monkeypatch.setitem(sys.modules, "recorder.codec._kernel", built)
        monkeypatch.setattr(codec, "_kernel", built, raising=False)
        assert sentence in str(_lines(library=tmp_path)[1]["encoder"]["sentence"])
