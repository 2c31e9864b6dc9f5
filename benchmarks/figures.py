"""Write what `make bench` measured into the README: `python -m benchmarks.figures benchmarks/results/FILE.json …`.

Only what stands in the files is written, with their names, so that nobody types a figure by hand. Of several files
each part, and each recorder's row, is taken from the first that has it.
"""

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- figures: python -m benchmarks.figures -->\n", "<!-- end of figures -->\n"
NAMES = {"tachiai": "**Tachiai**", "ffmpeg-h264": "ffmpeg, H.264", "opencv-mp4v": "OpenCV, mp4v"}
SHARES = {
    "bytes": "bytes",
    "cpu_s": "processor time",
    "recording_cpu_s": "processor time without starting",
    "peak_memory_mb": "memory",
}

Result = Mapping[str, Any]


def combined(results: Sequence[Result]) -> Result:
    """One result of several: each part, and each recorder's row, is that of the first that has it."""
    whole: dict[str, Any] = {}
    rows: dict[str, Any] = {}
    for result in reversed(results):
        whole |= {part: found for part, found in result.items() if found}
        rows |= {row["recorder"]: row for row in result["work"]}
    return whole | {"work": [rows[name] for name in NAMES if name in rows]}


def figures(result: Result, *, source: str) -> str:
    """The figures as Markdown."""
    machine, work = result["machine"], result["work"]
    lines = [
        f"Measured on {machine['at'][:10]}, {machine['processors']} processors, {machine['screen'][0]}×"
        f"{machine['screen'][1]}, {machine['fps']:g} pictures a second, {work[0]['seconds']:g} s of work, medians "
        f"of the runs ({source}).",
        "",
        "| recorder | runs | MB per hour | % of one core | without starting | memory, MB | pictures that equal "
        "the screen | worst picture |",
        "|---|---|---|---|---|---|---|---|",
        *(_recorder_row(row) for row in work),
        "",
        *_sentences(result),
        *_agent_sentences(_printed(result, "agent")),
    ]
    return "\n".join(lines) + "\n"


def _recorder_row(row: Result) -> str:
    likeness = row["likeness"]
    worst = "equal" if likeness["worst_psnr_db"] is None else f"{likeness['worst_psnr_db']:g} dB"
    cells = (
        NAMES[row["recorder"]],
        f"{row.get('runs', 1)}",
        f"{row['mb_per_hour']:g}",
        f"{row['cpu_percent']:g}",
        f"{row['recording_cpu_percent']:g}" if "recording_cpu_percent" in row else "–",
        f"{row['peak_memory_mb']:g}",
        f"{likeness['equal']} of {likeness['compared']}",
        worst,
    )
    return "| " + " | ".join(cells) + " |"


def _sentences(result: Result) -> Iterator[str]:
    shares = [f"{share:.2f} of its {SHARES[name]}" for name, share in result["ratios"].items()]
    if shares:
        yield f"- Tachiai beside ffmpeg on the same work: {', '.join(shares)}."
    for row in result["idle"]:
        cost = f"{row['cpu_percent']:g} % of a core, {row['mb_per_hour']:g} MB per hour"
        yield f"- On a display where nothing happens: {cost}."
    player = _printed(result, "player")
    if player:
        opened, cold, seen = player["open_s"], player["seek_cold_ms"], player["seek_scanned_ms"]
        yield (
            f"- A generated recording of {player['duration_s'] / 3600:g} h: the first picture is there after "
            f"{opened['to_first_picture']:.2f} s; 95 % of seeks take under {cold['p95']:.0f} ms just after it was "
            f"opened, under {seen['p95']:.0f} ms once it was read."
        )
    for size in _printed(result, "sealing").get("sizes", []):
        yield (
            f"- Sealing chunks of {size['chunk_bytes']:,} bytes: {size['seal_mb_s_of_cpu']:g} MB per second of "
            f"processor time; verifying: {size['verify_mb_s']:g} MB per second."
        )
    rules = _printed(result, "rules")
    if rules:
        waited = rules["event_to_alert_ms"]
        yield (
            f"- Judging by {rules['rules']:,} rules while {rules['keys_pressed']:,} keys are pressed in a minute: from "
            f"the event to its alert {waited['p50']:.0f} ms in the middle, {waited['p99']:.0f} ms for 99 %; "
            f"{rules['alerts_missing']} alerts missing."
        )
    search = _printed(result, "search")
    if search:
        slowest_ms = max(query["p95_ms"] for query in search["queries"].values())
        yield f"- Searching {search['rows']:,} rows: 95 % of queries take under {slowest_ms:g} ms, of whatever length."
    export = _printed(result, "export")
    if export:
        ways = [f"{export['ways'][name]['speed']:g}× as {said}" for name, said in (("webm", "WebM"), ("mp4", "MP4"))]
        yield f"- Exporting the same work as a video: {' and '.join(ways)} of real time, program start included."
    library = _printed(result, "library")
    if library:
        first_ms = max(query["first_hits_p95_ms"] for query in library["queries"].values())
        yield (
            f"- A library of {library['recordings']:,} recordings and {library['rows']:,} rows: listed in "
            f"{library['list_ms']:g} ms; 95 % of searches have their first hits within {first_ms:g} ms."
        )
    yield from _live_sentences(_printed(result, "live"))
    yield from _log_sentences(_printed(result, "oplog"))


def _log_sentences(log: Mapping[str, Any]) -> Iterator[str]:
    """The log's table with very many rows."""
    if not log:
        return
    slowest_ms = max(found["to_first_rows"] for found in log["filter_ms"].values())
    yield (
        f"- An operation log of {log['rows']:,} rows: another filter shows its first rows within "
        f"{slowest_ms:.0f} ms; 95 % of scrolls are painted within {log['scroll_ms']['p95']:.0f} ms."
    )


def _live_sentences(live: Mapping[str, Any]) -> Iterator[str]:
    """How late the window shows what happens, in the middle and at worst."""
    if not live:
        return
    picture, row = live["picture_ms"], live["row_ms"]
    yield (
        f"- Watching a session while it is recorded: a change stands in the window {picture['p50']:.0f} ms later "
        f"in the middle and {picture['worst']:.0f} ms at worst, an entered line {row['p50']:.0f} and "
        f"{row['worst']:.0f} ms."
    )


def _agent_sentences(agent: Mapping[str, Any]) -> Iterator[str]:
    """The whole agent, both processes together."""
    if not agent:
        return
    work, idle, restart, soak = (agent[part] for part in ("work", "idle", "restart", "soak"))
    held = work["memory"]
    yield (
        f"- The whole agent, with its window, masks and all built-in rules, on the same work: {work['cpu_percent']:g} "
        f"% of a core, {work['mb_per_hour']:g} MB per hour; at most {held['recorder']['peak_resident_mb']:g} MB for "
        f"the recorder and {held['resident']['peak_resident_mb']:g} MB for the resident program. Where nothing "
        f"happens: {idle['cpu_percent']:g} % of a core, {idle['mb_per_hour']:g} MB per hour."
    )
    grown = ", ".join(f"{soak[name]['growth_percent']:g} % ({name})" for name in ("recorder", "resident"))
    yield (
        f"- A recorder that is killed is replaced {restart['notice_to_recording_s']['median']:g} s after that was "
        f"noticed (median of {restart['kills']}). In {soak['minutes']:g} minutes of work memory grew by {grown}."
    )


def _printed(result: Result, part: str) -> Mapping[str, Any]:
    """What a part printed; empty if it was not measured."""
    if part not in result or result[part]["exit_status"] != 0:
        return {}
    found: dict[str, Any] = json.loads("\n".join(result[part]["printed"]))
    return found


def with_figures(document: str, written: str) -> str:
    """The document with these figures in their place."""
    place = re.compile(f"({re.escape(BEGIN)}).*?({re.escape(END)})", re.DOTALL)
    if not place.search(document):
        msg = f"there is no place for figures: {BEGIN.strip()}"
        raise ValueError(msg)
    return place.sub(lambda found: found[1] + written + found[2], document)


def main() -> None:
    """Write the figures of one result into the README."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.figures", description=__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="files of benchmarks/results/")
    paths = [path.resolve() for path in parser.parse_args().results]
    result = combined([json.loads(path.read_text(encoding="utf-8")) for path in paths])
    source = ", ".join(f"`{path.relative_to(README.parent).as_posix()}`" for path in paths)
    document = README.read_text(encoding="utf-8")
    README.write_text(with_figures(document, figures(result, source=source)), encoding="utf-8")


if __name__ == "__main__":
    main()
