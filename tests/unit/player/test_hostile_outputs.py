"""What a recording says does nothing to the terminal that a command's answer is shown on."""

import io
import json

from player.commands.desk import Desk
from player.library import Library
from recorder.evidence.keys import DeviceTrust

HOSTILE = "a\u202eb\x9b31m\x1b[2J\u2066\u200f日本"


def test_an_object_has_nothing_that_acts_and_keeps_its_value(tmp_path):
    out = io.StringIO()
    desk = Desk(Library(tmp_path, devices=DeviceTrust({})), tmp_path, out, io.StringIO())
    desk.say_json({"operator": HOSTILE})
    said = out.getvalue()
    assert not set(said) & set("\u202e\x9b\x1b\u2066\u200f")
    assert "日本" in said
    assert json.loads(said) == {"operator": HOSTILE}
