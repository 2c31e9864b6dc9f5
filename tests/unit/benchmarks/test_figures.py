"""The README's figures are those of a result that lies in the repository, and nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.figures import BEGIN, END, combined, figures, with_figures
from benchmarks.run import medians

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")

RESULT: dict[str, Any] = {
    "machine": {"at": "2026-11-22T20:00:00+00:00", "processors": 2, "screen": [1920, 1080], "fps": 5.0},
    "work": [
        {
            "recorder": "tachiai",
            "seconds": 101,
            "mb_per_hour": 41.5,
            "cpu_percent": 6.25,
            "recording_cpu_percent": 5.5,
            "runs": 3,
            "peak_memory_mb": 180.0,
            "likeness": {"equal": 30, "compared": 30, "worst_psnr_db": None},
        },
        {
            "recorder": "ffmpeg-h264",
            "seconds": 101,
            "mb_per_hour": 229.9,
            "cpu_percent": 15.0,
            "peak_memory_mb": 210.5,
            "likeness": {"equal": 0, "compared": 30, "worst_psnr_db": 33.5},
        },
    ],
    "idle": [{"recorder": "tachiai", "cpu_percent": 0.05, "mb_per_hour": 0.3}],
    "ratios": {"bytes": 0.1805, "cpu_s": 0.4167},
    "search": {
        "exit_status": 0,
        "printed": json.dumps({"rows": 200000, "queries": {"1": {"p95_ms": 9.5}, "2": {"p95_ms": 12.0}}}).splitlines(),
    },
    "oplog": {
        "exit_status": 0,
        "printed": json.dumps(
            {
                "rows": 1000000,
                "filter_ms": {"a": {"to_first_rows": 40.2}, "b": {"to_first_rows": 155.7}},
                "scroll_ms": {"p95": 17.2},
            }
        ).splitlines(),
    },
    "live": {
        "exit_status": 0,
        "printed": json.dumps(
            {"picture_ms": {"p50": 612.4, "worst": 930.5}, "row_ms": {"p50": 540.0, "worst": 880.1}}
        ).splitlines(),
    },
}


def test_each_recorder_is_a_row_and_the_rest_sentences():
    written = figures(RESULT, source="`benchmarks/results/one.json`")
    assert "| **Tachiai** | 3 | 41.5 | 6.25 | 5.5 | 180 | 30 of 30 | equal |" in written
    assert "| ffmpeg, H.264 | 1 | 229.9 | 15 | – | 210.5 | 0 of 30 | 33.5 dB |" in written
    assert "0.18 of its bytes, 0.42 of its processor time." in written
    assert "200,000 rows: 95 % of queries take under 12 ms" in written
    assert "612 ms later in the middle and 930 ms at worst, an entered line 540 and 880 ms." in written
    assert "1,000,000 rows: another filter shows its first rows within 156 ms; 95 % of scrolls are painted" in written
    assert "`benchmarks/results/one.json`" in written


def test_of_several_results_each_part_and_recorder_is_that_of_the_first_that_has_it():
    ours, theirs = RESULT["work"]
    newer = {"machine": RESULT["machine"], "work": [ours | {"mb_per_hour": 30.0}], "idle": [], "ratios": {}}
    whole = combined([newer, RESULT])
    assert whole["work"] == [ours | {"mb_per_hour": 30.0}, theirs]
    assert whole["idle"] == RESULT["idle"]
    assert whole["search"] == RESULT["search"]


def test_what_counts_of_several_runs_is_the_median_and_the_worst_picture():
    def run(cpu_s, equal, worst_psnr_db):
        likeness = {"compared": 10, "equal": equal, "worst_psnr_db": worst_psnr_db}
        return {"recorder": "tachiai", "seconds": 101, "cpu_s": cpu_s, "likeness": likeness, "verdict": int(equal < 10)}

    (row,) = medians([run(5.0, 10, None), run(3.0, 10, None), run(4.0, 9, 31.5)])
    assert (row["runs"], row["cpu_s"], row["verdict"]) == (3, 4.0, 1)
    assert row["likeness"] == {"compared": 30, "equal": 29, "worst_psnr_db": 31.5}


def test_what_was_not_measured_or_failed_is_left_out():
    failed = RESULT | {"search": {"exit_status": 1, "printed": []}, "idle": [], "ratios": {}}
    written = figures(failed, source="x.json")
    assert "Searching" not in written
    assert "nothing happens" not in written
    assert "beside ffmpeg" not in written


def test_they_take_the_place_of_the_last_ones_and_touch_nothing_else():
    document = f"before\n{BEGIN}old\n{END}after\n"
    assert with_figures(document, "new\n") == f"before\n{BEGIN}new\n{END}after\n"
    with pytest.raises(ValueError, match="no place"):
        with_figures("no place here", "new\n")


def test_the_readme_shows_a_result_as_it_is_kept():
    shown = README.partition(BEGIN)[2].partition(END)[0]
    sources = re.findall(r"`(benchmarks/results/[^`]+\.json)`", shown)
    if not sources:
        assert shown == "No result is kept here yet.\n"
        return
    result = combined([json.loads((ROOT / source).read_text(encoding="utf-8")) for source in sources])
    assert shown == figures(result, source=", ".join(f"`{source}`" for source in sources))


def test_the_whole_agent_is_told_with_the_memory_of_each_process_and_how_it_grew():
    agent = {
        "work": {
            "cpu_percent": 5.5,
            "mb_per_hour": 40.5,
            "memory": {"recorder": {"peak_resident_mb": 190.5}, "resident": {"peak_resident_mb": 104.5}},
        },
        "idle": {"cpu_percent": 0.25, "mb_per_hour": 0.14},
        "restart": {"kills": 5, "notice_to_recording_s": {"median": 1.2}},
        "soak": {"minutes": 10, "recorder": {"growth_percent": -0.5}, "resident": {"growth_percent": 0.25}},
    }
    result = RESULT | {"agent": {"exit_status": 0, "printed": json.dumps(agent).splitlines()}}
    written = figures(result, source="`benchmarks/results/one.json`")
    assert "at most 190.5 MB for the recorder and 104.5 MB for the resident program" in written
    assert "0.25 % of a core, 0.14 MB per hour." in written
    assert "1.2 s after that was noticed (median of 5)" in written
    assert "grew by -0.5 % (recorder), 0.25 % (resident)" in written
