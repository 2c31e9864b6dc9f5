"""Any program of an X session may cut another one's connection to the display (XKillClient): the recorder lives on."""

from Xlib.ext import res as xres

from recorder.capture.x11_connection import X11Connection
from tests.e2e.programs import RunningRecording, Site
from tests.xserver import XServer, wait_until

LOWEST_RESOURCES = 64  # a program's first ones; its connection ends with any of them


def _connections(asking: X11Connection, pid: int) -> dict[int, set[str]]:
    """The connections of a process by their first number, with the kinds of resources that it has there."""
    display = asking.display
    display.res_query_version()
    found = {}
    for client in display.res_query_clients().clients:
        asked = [{"client": client.resource_base, "mask": xres.LocalClientPIDMask}]
        owners = {int(one.value[0]) for one in display.res_query_client_ids(asked).ids if len(one.value)}
        if pid in owners:
            kinds = display.res_query_client_resources(client.resource_base).types
            found[client.resource_base] = {display.get_atom_name(kind.resource_type) for kind in kinds}
    return found


def _cut(desktop: XServer, recording: RunningRecording, kind: str = "") -> int:
    """Cut all of the recorder's connections, or those that have a resource of this kind; how many."""
    asking = X11Connection(desktop.display)
    try:
        found = _connections(asking, recording.process.pid)
        bases = [base for base, kinds in found.items() if not kind or kind in kinds]
        for base in bases:
            for number in range(base, base + LOWEST_RESOURCES):
                asking.display.create_resource_object("resource", number).kill_client()
        asking.sync()  # they are cut; those that are made anew may have the same numbers
    finally:
        asking.close()
    return len(bases)


def _type(desktop: XServer, text: str) -> None:
    desktop.run("xdotool", "type", "--delay", "30", text)
    desktop.run("xdotool", "key", "Return")


def test_whose_connections_are_cut_begins_them_anew_and_tells_how_long_nothing_was_recorded(
    desktop: XServer, site: Site
) -> None:
    desktop.start_xterm(title="typing", geometry="100x30+20+20", command=("cat",))
    desktop.focus("typing")
    recording = site.start_recording()
    _type(desktop, "before")
    assert _cut(desktop, recording, "RecordContext") >= 2
    assert _cut(desktop, recording, "ShmSeg") >= 1

    def gaps() -> dict[str, list[float]]:
        rows = site.player_rows("log", str(recording.folder), "--kind", "gap")
        found: dict[str, list[float]] = {}
        for row in rows:
            if row["end_s"] > row["at_s"]:
                found.setdefault(row["text"].rpartition(": ")[2], []).append(row["end_s"] - row["at_s"])
        return found

    def works_again() -> bool:
        _type(desktop, "between")
        return {"keyboard", "pointer", "screen"} <= gaps().keys()

    wait_until(works_again, what="gaps of what was cut")
    _type(desktop, "afterwards")
    assert recording.stop() == 0, recording.errors
    assert "Traceback" not in recording.errors
    texts = [row["text"] for row in site.player_rows("log", str(recording.folder), "--kind", "text")]
    assert (texts[0], texts[-1]) == ("before", "afterwards")
    signs = [row["detail"] for row in site.player_rows("log", str(recording.folder), "--kind", "evasion")]
    for source in ("keyboard", "pointer"):
        assert f"the connection of '{source}' to the display was cut" in signs
    said = site.player("log", str(recording.folder), "--kind", "gap").stdout
    assert "The display is gone" not in said
    assert "0.0 s" not in said


def test_a_recorder_all_of_whose_connections_are_cut_goes_on_and_says_what_it_was(desktop: XServer, site: Site) -> None:
    desktop.start_xterm(title="typing", geometry="100x30+20+20", command=("cat",))
    desktop.focus("typing")
    recording = site.start_recording()
    _type(desktop, "before")
    _cut(desktop, recording)

    def signs() -> set[str]:
        return {row["detail"] for row in site.player_rows("log", str(recording.folder), "--kind", "evasion")}

    def texts() -> list[str]:
        _type(desktop, "afterwards")
        return [row["text"] for row in site.player_rows("log", str(recording.folder), "--kind", "text")]

    told = {f"the connection of '{name}' to the display was cut" for name in ("keyboard", "pointer", "screen")}
    wait_until(lambda: told <= signs(), what="the signs")
    wait_until(lambda: "afterwards" in texts()[1:], what="what is typed to be recorded again")
    assert recording.stop() == 0, recording.errors
    assert "Traceback" not in recording.errors
    assert texts()[0] == "before"
    everything = site.player("log", str(recording.folder)).stdout
    assert "display was lost" not in everything
    assert "display is gone" not in everything
    assert site.player("verify", str(recording.folder)).stdout.startswith("PARTIAL: nothing was altered")
