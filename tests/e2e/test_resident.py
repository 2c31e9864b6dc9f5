"""The resident's windows on a real desktop: with a window manager, with and without a tray."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from Xlib import X
from Xlib.error import BadDrawable, BadWindow

from tests.e2e.programs import LIMIT_S, Site
from tests.xserver import XServer, wait_until

COVER = "This session is recorded"
INDICATOR = "Tachiai"
FAILURE = "This session is not recorded"
HOLDING = """\
version = 1
organisation = "Aozora Bank"
[notice]
hold_session = true
purpose = "required"
purpose_pattern = "CHG-[0-9]+"
"""
QUESTION = "Please say why"
ASKING = """\
title: Zap
id: 11111111-0000-4000-8000-000000000001
logsource: {category: process}
detection: {a: {CommandLine|contains: 'ZAP'}, condition: a}
level: high
tachiai: {response: demand_reason}
"""
WITHOUT_NOTICE = """\
version = 1
organisation = "Aozora Bank"
[notice]
shown = false
"""


@contextlib.contextmanager
def resident(site: Site, policy: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`tachiai-agent run` under this policy; whatever runs of it at the end is ended."""
    path = site.home / "policy.toml"
    path.write_text(policy, encoding="utf-8")
    command = [sys.executable, "-m", "app.agent", "run", "--policy", str(path)]
    environment = site.environment | {
        "LC_ALL": "C.UTF-8",
        "QT_QPA_PLATFORM": "xcb",
        "XDG_RUNTIME_DIR": str(site.home),
        "XDG_CONFIG_HOME": str(site.home / "config"),
        "DBUS_SESSION_BUS_ADDRESS": "disabled:",
    }
    site.home.chmod(0o700)
    with (site.home / "said").open("wb") as said:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        yield process
    finally:
        for pid in (process.pid, state(site).get("resident_pid", 0), state(site).get("recorder_pid", 0)):
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        process.wait()


def state(site: Site) -> dict:
    """What the agent keeps of itself."""
    files = list((site.home / "tachiai").glob("agent-*.json"))
    return json.loads(files[0].read_bytes().partition(b"\n")[0]) if files else {}


def recording(site: Site) -> Path:
    """The recording, once it is made."""
    folder = wait_until(lambda: state(site).get("folder"), what="a recording", limit_s=LIMIT_S)
    return Path(str(folder))


def close(process: "subprocess.Popen[bytes]", site: Site) -> None:
    process.terminate()
    assert process.wait(LIMIT_S) == 0, (site.home / "said").read_text()


def is_shown(server: XServer, title: str) -> bool:
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"],
        env=server.environment,
        capture_output=True,
        check=False,
    )
    return bool(found.stdout.strip())


def keyboard_is_taken(server: XServer) -> bool:
    with server.connection() as connection:
        answer = connection.screen().root.grab_keyboard(True, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        if answer == X.GrabSuccess:
            connection.ungrab_keyboard(X.CurrentTime)
            connection.sync()
        return bool(answer == X.AlreadyGrabbed)


def rows(site: Site) -> list[dict]:
    return site.player_rows("log", str(recording(site)))


def test_nothing_can_be_typed_into_the_desktop_before_the_notice_is_confirmed(desktop, site, tmp_path):
    typed = tmp_path / "typed"
    desktop.start_xterm(title="work", command=["sh", "-c", f"cat > {typed}"])
    desktop.focus("work")
    with resident(site, HOLDING) as agent:
        desktop.wait_for_window(COVER)
        wait_until(lambda: keyboard_is_taken(desktop), what="the cover to take the keyboard")
        desktop.run("xdotool", "type", "leak")
        desktop.run("xdotool", "key", "Return")  # which the policy does not take for a purpose
        desktop.run("xdotool", "key", "ctrl+a")
        desktop.run("xdotool", "type", "CHG-2417")
        recording(site)
        desktop.run("xdotool", "key", "Return")
        wait_until(lambda: not is_shown(desktop, COVER), what="the cover to go")
        desktop.focus("work")
        desktop.run("xdotool", "type", "work")
        desktop.run("xdotool", "key", "Return")
        wait_until(lambda: typed.exists() and typed.read_text() == "work\n", what="the terminal to be typed into")
        close(agent, site)
    said = [(row["text"], row["detail"]) for row in rows(site) if row["kind"] == "policy"]
    assert [text for text, _ in said][-2:] == [
        "The operator was told what is recorded",
        "The operator confirmed the notice",
    ]
    assert said[-1][1].startswith("CHG-2417 ")
    assert "Aozora Bank" in said[-2][1]


def test_the_indicator_stands_in_for_a_tray_and_gives_way_to_one(desktop, site):
    with resident(site, WITHOUT_NOTICE) as agent:
        desktop.wait_for_window(INDICATOR)
        recording(site)
        tray = desktop.start(["trayer"])
        wait_until(lambda: not is_shown(desktop, INDICATOR), what="the icon to be in the tray", limit_s=LIMIT_S)
        desktop.stop_client(tray)
        wait_until(lambda: is_shown(desktop, INDICATOR), what="the indicator to be back", limit_s=LIMIT_S)
        close(agent, site)


def test_an_indicator_that_is_hidden_comes_back_and_the_recording_says_so(desktop, site):
    desktop.start_xterm(title="jail")
    jail = desktop.wait_for_window("jail")
    with resident(site, WITHOUT_NOTICE) as agent, desktop.connection() as connection:

        def indicator():
            """In its place on the desktop, to be seen."""
            for window in connection.screen().root.query_tree().children:
                with contextlib.suppress(BadWindow, BadDrawable):  # it goes while we look
                    attributes, geometry = window.get_attributes(), window.get_geometry()
                    is_ours = attributes.override_redirect and window.get_full_text_property(net_name) == INDICATOR
                    if is_ours and attributes.map_state == X.IsViewable and geometry.width > 20:
                        return window
            return None

        net_name = connection.intern_atom("_NET_WM_NAME")
        recording(site)
        wait_until(lambda: state(site).get("state") == "recording", what="the recorder")
        for harm in ("unmapped", "reparented", "destroyed"):
            window = wait_until(indicator, what=f"the indicator before it is {harm}", limit_s=LIMIT_S)
            if harm == "reparented":
                window.reparent(jail, 0, 0)
            if harm == "destroyed":
                window.destroy()
            else:
                window.unmap()
            connection.sync()
            assert indicator() is None
        wait_until(indicator, what="the indicator to be back", limit_s=LIMIT_S)
        close(agent, site)
    signs = [(row["text"], row["detail"]) for row in rows(site) if row["kind"] == "evasion"]
    assert [text for text, _ in signs] == ["The indicator was hidden"] * 3
    assert [detail.partition(";")[0] for _, detail in signs] == [
        "it was hidden",
        "it was put into another window",
        "it was destroyed",
    ]


def test_a_window_that_is_cut_off_from_the_display_comes_back_and_the_recording_says_so(desktop, site):
    with resident(site, WITHOUT_NOTICE) as agent:
        window = desktop.wait_for_window(INDICATOR)
        recording(site)
        wait_until(lambda: state(site).get("state") == "recording", what="the recorder")
        with desktop.connection() as connection:
            connection.create_resource_object("window", window).kill_client()
            connection.sync()
        agent.wait(LIMIT_S)
        wait_until(lambda: state(site)["resident_pid"] not in (0, agent.pid), what="another resident", limit_s=LIMIT_S)
        wait_until(lambda: is_shown(desktop, INDICATOR), what="the indicator to be back", limit_s=LIMIT_S)
        os.kill(state(site)["resident_pid"], signal.SIGTERM)
        wait_until(lambda: state(site)["state"] == "ended", what="the end", limit_s=LIMIT_S)
    assert "The recorder was stopped" in [row["text"] for row in rows(site) if row["kind"] == "evasion"]


def test_a_session_that_cannot_be_recorded_is_told_so_on_the_screen_until_it_can(desktop, site):
    in_the_way = site.home / "keys"
    in_the_way.touch()  # like a home folder that is read-only: there is no making of keys
    hindered = site.with_environment(TACHIAI_HOME=str(in_the_way / "here"))
    with resident(hindered, WITHOUT_NOTICE) as agent:
        desktop.wait_for_window(FAILURE)
        assert not is_shown(desktop, INDICATOR)
        assert f"tachiai-agent: {in_the_way}/here" in (site.home / "said").read_text()
        in_the_way.unlink()
        desktop.focus(FAILURE)
        desktop.run("xdotool", "key", "Return")
        recording(hindered)
        wait_until(lambda: is_shown(desktop, INDICATOR), what="the indicator", limit_s=LIMIT_S)
        assert not is_shown(desktop, FAILURE)
        close(agent, hindered)


def test_a_question_outlives_the_window_and_that_it_was_not_answered_is_recorded(desktop, site):
    (site.home / "zap.yml").write_text(ASKING, encoding="utf-8")
    asking = f'{WITHOUT_NOTICE}[rules]\nbuilt_in = false\nfolders = ["{site.home}"]\n'
    with resident(site, asking) as agent:
        recording(site)
        wait_until(lambda: state(site).get("state") == "recording", what="the recorder")
        zap = desktop.start(["sh", "-c", "sleep 20; :", "ZAP"])
        wait_until(lambda: is_shown(desktop, QUESTION), what="the question", limit_s=LIMIT_S)
        agent.kill()
        agent.wait(LIMIT_S)
        wait_until(lambda: not is_shown(desktop, QUESTION), what="the question to go with its window")
        wait_until(lambda: is_shown(desktop, QUESTION), what="the question to be asked again", limit_s=LIMIT_S)
        desktop.stop_client(zap)
        os.kill(state(site)["resident_pid"], signal.SIGTERM)
        wait_until(lambda: state(site)["state"] == "ended", what="the end", limit_s=LIMIT_S)
    responses = [(row["text"], row["detail"]) for row in rows(site) if row["kind"] == "response"]
    (response,) = responses
    assert response[0] == "Response: demand_reason"
    assert response[1].startswith("not answered before the end")


def test_who_types_keeps_the_keys_when_a_notice_and_a_question_come_up_until_they_click_into_one(
    desktop, site, tmp_path
):
    typed = tmp_path / "typed"
    desktop.start_xterm(title="work", command=["sh", "-c", f"cat > {typed}"])
    desktop.focus("work")
    (site.home / "zap.yml").write_text(ASKING, encoding="utf-8")
    asking = WITHOUT_NOTICE.replace("shown = false", "shown = true")
    with resident(site, f'{asking}[rules]\nbuilt_in = false\nfolders = ["{site.home}"]\n') as agent:
        wait_until(lambda: state(site).get("state") == "recording", what="the recorder", limit_s=LIMIT_S)
        wait_until(lambda: is_shown(desktop, COVER), what="the notice", limit_s=LIMIT_S)
        zap = desktop.start(["sh", "-c", "sleep 20; :", "ZAP"])
        question = str(desktop.wait_for_window(QUESTION))
        desktop.run("xdotool", "type", "work")
        desktop.run("xdotool", "key", "Return")
        wait_until(lambda: typed.exists() and typed.read_text() == "work\n", what="the terminal to be typed into")
        desktop.stop_client(zap)
        desktop.run("xdotool", "mousemove", "--window", question, "40", "20", "click", "1")
        wait_until(
            lambda: desktop.run("xdotool", "getactivewindow").strip() == question, what="the question to be active"
        )
        desktop.run("xdotool", "type", "CHG-7")
        desktop.run("xdotool", "key", "Tab", "Tab", "space")
        wait_until(lambda: not is_shown(desktop, QUESTION), what="the question to be answered")
        close(agent, site)
    said = [f"{row['text']} {row['detail']}" for row in rows(site) if row["kind"] == "response"]
    assert len(said) == 1
    assert "answered" in said[0]
    assert "CHG-7" in said[0]
