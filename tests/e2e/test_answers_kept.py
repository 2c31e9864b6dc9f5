"""What the operator did in the window is in the recording although the recorder that heard of it was struck."""

import os
import signal

from tests.e2e.test_resident import COVER, HOLDING, close, is_shown, recording, resident, rows, state
from tests.xserver import wait_until


def test_a_confirmation_is_recorded_although_the_recorder_was_held_and_killed_as_it_was_given(desktop, site):
    with resident(site, HOLDING) as agent:
        desktop.wait_for_window(COVER)
        recording(site)
        wait_until(lambda: state(site).get("state") == "recording", what="the recorder")
        desktop.run("xdotool", "type", "CHG-2417")
        struck = state(site)["recorder_pid"]
        os.kill(struck, signal.SIGSTOP)  # it is killed half a second later, and has sealed nothing of what follows
        desktop.run("xdotool", "key", "Return")
        wait_until(lambda: not is_shown(desktop, COVER), what="the cover to go")
        wait_until(lambda: state(site).get("recorder_pid") not in (0, struck), what="another recorder")
        close(agent, site)
    confirmed = [row for row in rows(site) if row["text"] == "The operator confirmed the notice"]
    assert [row["detail"].split(" ")[0] for row in confirmed] == ["CHG-2417"]
