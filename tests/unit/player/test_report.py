"""The report tells what is in the recording, binds itself to its bytes, and runs nothing."""

import hashlib
import re
from html.parser import HTMLParser

import cv2
import numpy as np

from player.recording import OpenRecording
from player.report.applications import times_in_applications
from player.report.facts import desktop_png
from player.source import Span
from player.video.redaction import Redaction, Redactions
from recorder.agent_events import PolicyInForce
from recorder.events import PointerShape
from recorder.evidence.keys import fingerprint
from recorder.geometry import Rect
from recorder.logrow import LogRow
from tests import recordings
from tests.player_place import told
from tests.recordings import S

FIRST = "20260301T140509Z-00000001"


def window(at_s, application, title="a title"):
    return LogRow(at_s * S, at_s * S, "window", title, application=application, window=title)


class Tags(HTMLParser):
    """Every tag with its attributes, and the text between them."""

    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)


def parsed(html):
    tags = Tags()
    tags.feed(html)
    return tags


def billing(place, **options):
    desk = place.desk(FIRST, **options)
    desk.window("root@db1: ~")
    desk.type("systemctl stop billing")
    desk.press("enter")
    recordings.work(desk, 3)
    desk.alert("Service stopped", "critical", rule="stop-service", fired_by=("systemctl stop billing",))
    desk.window("<img src=x onerror=alert(1)> 顧客台帳", "/usr/bin/soffice.bin")
    recordings.work(desk, 4)
    return desk


def html_of(place, *options):
    out = place.folder.parent / "report.html"
    answer = place.run("report", FIRST, "--out", str(out), *options)
    assert answer.status == 0, answer.notes
    return out.read_text(encoding="utf-8")


def test_time_is_counted_for_the_window_that_was_active():
    rows = [window(0, "xterm"), window(10, "firefox"), window(15, "xterm", "another title")]
    times = times_in_applications(rows, (), 20 * S)
    assert [(one.application, one.active_ns // S, one.titles) for one in times] == [("xterm", 15, 2), ("firefox", 5, 1)]


def test_idle_time_is_active_and_not_used_and_a_gap_is_neither():
    spans = (Span(2 * S, 5 * S, "idle", ""), Span(4 * S, 6 * S, "locked", ""), Span(6 * S, 8 * S, "gap", ""))
    [one] = times_in_applications([window(0, "xterm")], spans, 10 * S)
    assert (one.active_ns, one.used_ns) == (8 * S, 4 * S)


def test_before_the_first_window_is_known_nothing_is_counted():
    assert times_in_applications([], (), 10 * S) == ()
    [one] = times_in_applications([window(4, None)], (), 10 * S)
    assert (one.application, one.active_ns) == (None, 6 * S)


def test_the_report_names_the_policies_that_governed_the_session(place):
    desk = billing(place)
    desk.emit(PolicyInForce(desk.now_ns, 0, "", b""))
    desk.emit(PolicyInForce(desk.now_ns, 7, "Example <b>Bank</b>", b"\x02" * 32, b"\x03" * 32))
    desk.emit(PolicyInForce(desk.now_ns, 7, "Example <b>Bank</b>", b"\x02" * 32, b"\x03" * 32))
    desk.close()
    text = " ".join(parsed(html_of(place)).text)
    held = (
        f"Version 7 of Example <b>Bank</b>, signed by the root key {fingerprint(bytes([3]) * 32)}, SHA-256 {'02' * 32}"
    )
    assert f"No policy was given: the built-in one held · {held}" in text
    assert text.count("SHA-256 0202") == 1


def test_the_report_tells_who_what_was_entered_and_which_rule_fired(place):
    billing(place).close()
    text = " ".join(parsed(html_of(place)).text)
    for wanted in ("hanako", "bastion-7", "systemctl stop billing", "Service stopped", "stop-service", "soffice.bin"):
        assert wanted in text


def test_the_report_names_the_bytes_of_which_it_speaks(place):
    made = billing(place).close()
    html = html_of(place)
    for segment in made.folder.glob("*.seg"):
        assert hashlib.sha256(segment.read_bytes()).hexdigest() in html


def test_nothing_recorded_becomes_markup_and_nothing_is_fetched(place):
    desk = billing(place)
    desk.alert("<script>alert(1)</script>", "high", reason="<b onclick=x>")
    desk.close()
    tags = parsed(html_of(place)).tags
    assert "script" not in {name for name, _ in tags}
    for _, attributes in tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:image/png;base64,").startswith("data:image/png;base64,")
    assert ("meta", "default-src 'none'") in {(name, (at.get("content") or "").split(";")[0]) for name, at in tags}


def test_an_alert_has_the_picture_of_its_moment(place):
    billing(place).close()
    pictures = [attributes["src"] for name, attributes in parsed(html_of(place)).tags if name == "img"]
    assert len(pictures) == 1


def test_what_is_blacked_out_is_black_over_the_pointer_too(tmp_path):
    desk = recordings.Desk(tmp_path)
    desk.paint(area=Rect(0, 0, 320, 200), value=200)
    desk.emit(PointerShape(desk.now_ns, 8, 8, 0, 0, bytes([255]) * 256, "block"))
    desk.move_pointer(60, 50)
    desk.wait(1)
    made = desk.close()
    recording = OpenRecording.open(made.folder, keys=made.keys, devices=made.devices)
    recording.scan_all()
    area = Rect(40, 40, 100, 60)
    hidings: tuple[Redactions, ...] = ((), (Redaction(0, area, 0, S, "a PIN"),))
    pngs = (np.frombuffer(desktop_png(recording, S // 2, hiding) or b"", np.uint8) for hiding in hidings)
    shown = [np.asarray(cv2.imdecode(png, cv2.IMREAD_COLOR)) for png in pngs]
    inside = [picture[area.top : area.bottom, area.left : area.right] for picture in shown]
    assert (inside[0].min(), inside[0].max()) == (200, 255), "there is a pointer"
    assert inside[1].max() == 0
    assert (shown[1][:40] == 200).all()


def test_in_a_gap_there_is_no_picture_and_the_report_says_so(place):
    desk = billing(place)
    desk.gap(0, desk.now_ns)
    desk.close()
    page = parsed(html_of(place))
    assert "img" not in {name for name, _ in page.tags}
    assert "There is no sound picture of this moment" in " ".join(page.text)


def test_an_altered_recording_is_called_so_in_japanese_too(place):
    desk = billing(place)
    desk.close()
    chunk = desk.chunks[4]
    recordings.flip(place.folder / FIRST / "0001.seg", chunk.offset_bytes + chunk.size_bytes // 2)
    assert "Altered" in html_of(place)
    japanese = html_of(place, "--language", "ja")
    assert 'lang="ja"' in japanese
    assert "改変" in japanese


def test_the_japanese_report_says_why_a_rule_fired_and_how_it_was_recorded_in_japanese(place):
    desk = billing(place)
    desk.alert(
        "Input that no person typed",
        "medium",
        reason="A dump holds every customer at once, without the rights and the log of the database around it.",
    )
    desk.close()
    english, japanese = (" ".join(parsed(html_of(place, "--language", one)).text) for one in ("en", "ja"))
    for ours in ("A dump holds every customer at once", "keys: text"):
        assert ours in english
        assert ours not in japanese
    assert "ダンプにはすべての顧客が一度に入り" in japanese
    assert "キー：" in japanese


def test_the_purpose_is_told_once_and_not_again_as_how_it_was_recorded(place):
    billing(place, purpose="CHG-2417 kernel patches").close()
    assert html_of(place).count("CHG-2417 kernel patches") == 1
    assert "keys: text" in html_of(place)


def test_a_pdf_is_written_whole_with_the_japanese_title(place):
    billing(place).close()
    out = place.folder.parent / "レポート.pdf"
    answer = place.run("report", FIRST, "--out", str(out), "--language", "ja")
    assert answer.status == 0, answer.notes
    content = out.read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert re.search(rb"/Type\s*/Page\b", content)


def test_a_report_into_a_recording_or_with_another_suffix_is_refused(place, tmp_path):
    made = billing(place).close()
    assert place.run("report", FIRST, "--out", str(tmp_path / "report.docx")).status == 64
    answer = place.run("report", FIRST, "--out", str(made.folder / "report.html"))
    assert answer.status == 4
    assert told(answer)


def test_without_a_key_the_report_says_what_is_missing(place, tmp_path):
    place.desk(FIRST, is_mine=False).close()
    answer = place.run("report", FIRST, "--out", str(tmp_path / "report.html"))
    assert answer.status == 3
    assert told(answer)
    assert not (tmp_path / "report.html").exists()


def test_every_second_is_accounted_for_in_it(place):
    desk = billing(place)
    desk.gap(desk.now_ns - 2 * S, desk.now_ns - S, "everything", "suspended")
    desk.close()
    text = " ".join(" ".join(parsed(html_of(place)).text).split())
    account = text.split("Every second accounted for")[1].split("Computed here")[0]
    assert "Not recorded" in account
    assert "The machine was suspended 1.0 s" in account
    assert "The whole session" in account
    assert "100.00 %" in account
    assert "全時間の内訳" in html_of(place, "--language", "ja")
