"""A report as one page of HTML that needs nothing beside it and runs nothing.

The same body is printed as PDF by Qt's rich text, which knows tables and a few styles and no more: so tables it is.
Every text that comes from a recording is escaped, and inert before that.
"""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from player.account_words import account_lines, account_notes
from player.report.applications import ApplicationTime
from player.report.facts import AlertTold, Report, ReviewTold
from player.report.policy_words import policy_text
from player.source import Span
from player.timeline import clock_text, time_text
from recorder.command_rows import Command, Evidence
from recorder.evidence.findings import Finding, Severity, Status
from recorder.logrow import inert, span_words
from resources.row_words import BETWEEN, RowWords
from resources.words import Words

MOST_FINDINGS = 200
MOST_STARTED_PROCESSES = 500
MOST_SPANS = 1000
MOST_POLICIES = 20
STATUS_NAMES = {
    Status.SOUND: "sound",
    Status.PARTIAL: "partial",
    Status.ALTERED: "altered",
    Status.CANNOT_JUDGE: "cannot_judge",
    Status.READ_FAILED: "read_failed",
}
GOOD, FAIR, BAD = "#1a6b3c", "#8a5a00", "#a31621"
STATUS_COLOURS = {Status.SOUND: GOOD, Status.PARTIAL: FAIR}
SEVERITY_COLOURS = {"critical": BAD, "high": BAD, "medium": FAIR, "low": "#4a5560", "informational": "#4a5560"}
STYLE = """
body { font-family: system-ui, "Noto Sans", "Noto Sans CJK JP", "Hiragino Sans", "Yu Gothic UI", sans-serif;
       color: #1b1f24; background: #ffffff; max-width: 62rem; margin: 2rem auto; padding: 0 1.5rem; line-height: 1.45; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #d9dee3;
         overflow-wrap: anywhere; }
th { color: #4a5560; font-weight: 600; } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font-family: ui-monospace, "Noto Sans Mono", "Noto Sans Mono CJK JP", monospace; font-size: .88em; }
.quiet { color: #4a5560; } img { max-width: 100%; border: 1px solid #d9dee3; }
.verdict { font-size: 1.1rem; font-weight: 700; }
@media print { body { margin: 0; max-width: none; } tr, img { break-inside: avoid; } h2 { break-after: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A body in which pictures are named, and the PNG of each name."""

    title: str
    language: str
    body: str
    pictures: Mapping[str, bytes]


def page_of(report: Report, words: Words) -> Page:
    """The report in the language of these words."""
    return _Writer(report, words).page()


def as_html(page: Page) -> str:
    """One file: pictures in it, no script, and nothing fetched from anywhere."""
    body = page.body
    for name, png in page.pictures.items():
        body = body.replace(f'src="{name}"', f'src="data:image/png;base64,{base64.b64encode(png).decode("ascii")}"')
    return (
        f'<!DOCTYPE html>\n<html lang="{page.language}"><head><meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(page.title)}</title>\n<style>{STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


class _Writer:
    """Writes one report: a method for each part."""

    def __init__(self, report: Report, words: Words) -> None:
        self._report = report
        self._words = words
        self._rows = RowWords(words)
        self._pictures: dict[str, bytes] = {}

    def page(self) -> Page:
        session = self._report.session
        title = self._words("report.title", operator=inert(session.operator), host=inert(session.host))
        parts = (
            f"<h1>{escape(title)}</h1>",
            self._part(),
            self._made(),
            self._who(),
            self._verdict(),
            self._not_recorded(),
            self._account(),
            self._alerts(),
            self._commands(),
            self._applications(),
            self._reviews(),
            self._files(),
            self._limits(),
        )
        return Page(title, self._words.language, "\n".join(filter(None, parts)), self._pictures)

    # --- parts --------------------------------------------------------------------------------------------------------

    def _part(self) -> str:
        """Before all else, that it is not the whole session that is told of."""
        report = self._report
        if report.is_whole:
            return ""
        range_words = f"{time_text(report.start_ns)} – {time_text(report.end_ns)}"
        return f"<p><b>{escape(self._words('report.only_part', range=range_words))}</b></p>"

    def _made(self) -> str:
        report = self._report
        made = self._words(
            "report.made", when=clock_text(report.made_wall_ns), who=inert(report.made_by), program=report.program
        )
        live = self._words("report.still_recording", until=time_text(report.duration_ns)) if report.is_live else ""
        return "".join(f'<p class="quiet">{escape(line)}</p>' for line in (made, live) if line)

    def _who(self) -> str:
        report, session = self._report, self._report.session
        offset_s = session.utc_offset_s
        started, ended = session.started_wall_ns, report.wall_ns_at(report.duration_ns)
        facts = (
            ("operator", inert(session.operator)),
            ("machine", inert(session.host)),
            ("purpose", inert(session.purpose) or self._words("report.none_given")),
            ("started", f"{clock_text(started, offset_s)}  ({clock_text(started)})"),
            ("reaches", f"{clock_text(ended, offset_s)}  ({clock_text(ended)})"),
            ("length", self._length(report.duration_ns)),
            ("recorded_how", self._how() or self._words("report.not_known")),
            ("policy", self._policies()),
            ("recording", session.session_id),
        )
        return self._section("who", _table(((self._words(f"report.{key}"), text) for key, text in facts), heads=()))

    def _how(self) -> str:
        begun, purpose = self._report.begun, self._report.session.purpose
        if begun is None:
            return ""
        told = begun.detail.removeprefix(f"{purpose}{BETWEEN}") if purpose else begun.detail  # it has a line of its own
        return self._rows.detail(replace(begun, detail=told))

    def _policies(self) -> str:
        told = list(dict.fromkeys(policy_text(policy, self._words) for policy in self._report.policies))
        more = [f"+ {len(told) - MOST_POLICIES}"] if len(told) > MOST_POLICIES else []
        return " · ".join(told[:MOST_POLICIES] + more) or self._words("report.not_known")

    def _verdict(self) -> str:
        verdict = self._report.verdict
        name, colour = STATUS_NAMES[verdict.status], STATUS_COLOURS.get(verdict.status, BAD)
        lines = [
            f'<p class="verdict"><font color="{colour}"><b>{escape(self._words(f"verdict.{name}"))}</b></font></p>',
            f"<p>{escape(self._words(f'verdict.{name}_text'))}</p>",
            f"<p>{escape(self._words('report.content' if verdict.content_checked else 'report.no_content'))}</p>",
        ]
        told = [finding for finding in verdict.findings if finding.severity is not Severity.NOTE]
        if told:
            rows = [self._finding(finding) for finding in told[:MOST_FINDINGS]]
            lines += [self._table(rows, ("where", "when", "what")), self._more(len(told) - MOST_FINDINGS)]
        return self._section("verdict", "".join(lines))

    def _finding(self, finding: Finding) -> tuple[str, ...]:
        where = "" if finding.segment is None else self._words("report.segment", number=finding.segment)
        when = "" if finding.at_ns is None else time_text(finding.at_ns)
        return where, when, self._words.said(finding.sentence)

    def _not_recorded(self) -> str:
        report = self._report
        facts = (
            ("not_recorded_total", self._length(report.not_recorded_ns)),
            ("idle_total", self._length(report.idle_ns)),
            ("locked_total", self._length(report.locked_ns)),
        )
        body = _table(((self._words(f"report.{key}"), text) for key, text in facts), heads=())
        if report.not_recorded:
            rows = [self._span(span) for span in report.not_recorded[:MOST_SPANS]]
            body += self._table(rows, ("from", "to", "length", "kind", "why"))
            body += self._more(len(report.not_recorded) - MOST_SPANS)
        return self._section("not_recorded", body)

    def _span(self, span: Span) -> tuple[str, ...]:
        kind, why = self._words.either(f"span.{span.kind}", span.kind), self._words.said(inert(span.reason))
        length = self._words.length(span_words(span.end_ns - span.start_ns))
        return time_text(span.start_ns), time_text(span.end_ns), length, kind, why

    def _account(self) -> str:
        account, words = self._report.account, self._words
        rows = [
            (line.name, line.reason, self._length(line.length_ns), _share(line.length_ns, account.length_ns))
            for line in account_lines(account, words)
        ]
        whole = words("account.whole" if self._report.is_whole else "account.part")
        rows.append((whole, "", self._length(account.length_ns), _share(1, 1)))
        body = self._table(rows, ("class", "why", "length", "share"))
        notes = account_notes(account, words, is_live=self._report.is_live and self._report.is_whole)
        return self._section("account", body + "".join(f'<p class="quiet">{escape(note)}</p>' for note in notes))

    def _alerts(self) -> str:
        alerts = self._report.alerts
        body = "".join(self._alert(number, told) for number, told in enumerate(alerts, 1))
        return self._section("alerts", body or self._quiet("report.no_alerts"))

    def _alert(self, number: int, told: AlertTold) -> str:
        row, name = told.row, f"alert-{number}.png"
        colour = SEVERITY_COLOURS.get(row.severity, BAD)
        severity = self._words.either(f"report.severity_{row.severity}", row.severity)
        title = escape(inert(self._rows.text(row)))
        head = f'<font color="{colour}"><b>{escape(severity)}</b></font>  {title}'
        lines = [
            f"<h3>{head}</h3>",
            f"<p>{escape(self._moment(row.at_ns))}</p>",
            f"<p>{escape(inert(self._rows.detail(row)))}</p>",
        ]
        if told.picture_png is not None:
            self._pictures[name] = told.picture_png
            alt = escape(self._words("report.picture_of", when=time_text(row.at_ns)))
            lines.append(f'<p><img src="{name}" alt="{alt}" width="640"></p>')
        else:
            lines.append(self._quiet("report.no_picture"))
        return "".join(lines)

    def _commands(self) -> str:
        typed = [one for one in self._report.commands if one.evidence is Evidence.TYPED]
        started = [one for one in self._report.commands if one.evidence is Evidence.PROCESS]
        body = self._quiet("report.commands_text")
        for key, found, most in (("typed", typed, len(typed)), ("processes", started, MOST_STARTED_PROCESSES)):
            body += f"<h3>{escape(self._words(f'report.{key}', count=len(found)))}</h3>"
            if found:
                rows = [self._command(one) for one in found[:most]]
                body += self._table(rows, ("when", "local_time", "application", "command"), code=3)
                body += self._more(len(found) - most)
        return self._section("commands", body)

    def _command(self, command: Command) -> tuple[str, ...]:
        text = command.text if command.is_whole else f"{command.text}  {self._words('report.not_whole')}"
        return time_text(command.at_ns), self._clock(command.at_ns), command.application or "", text

    def _applications(self) -> str:
        rows = [self._application(one) for one in self._report.applications]
        body = self._quiet("report.applications_text")
        body += self._table(rows, ("application", "used", "active", "titles", "first")) if rows else ""
        return self._section("applications", body)

    def _application(self, one: ApplicationTime) -> tuple[str, ...]:
        name = one.application or self._words("report.no_application")
        return name, self._length(one.used_ns), self._length(one.active_ns), str(one.titles), time_text(one.first_ns)

    def _reviews(self) -> str:
        rows = [self._review(one) for one in self._report.reviews]
        body = self._table(rows, ("reviewer", "standing", "when", "judged", "note")) if rows else ""
        return self._section("reviews", body or self._quiet("report.no_reviews"))

    def _review(self, one: ReviewTold) -> tuple[str, ...]:
        standing = self._words(f"report.standing_{one.standing}")
        return inert(one.person), standing, clock_text(one.wall_ns), inert(one.verdict), inert(one.note)

    def _files(self) -> str:
        rows = [(one.name, f"{one.size_bytes:,}", one.sha256) for one in self._report.files]
        body = self._quiet("report.files_text") + self._table(rows, ("file", "bytes", "sha256"), code=2)
        return self._section("files", body)

    def _limits(self) -> str:
        items = "".join(f"<li>{escape(self._words(f'report.limit_{number}'))}</li>" for number in range(1, 5))
        return self._section("limits", f"<ul>{items}</ul>")

    # --- pieces -------------------------------------------------------------------------------------------------------

    def _section(self, name: str, body: str) -> str:
        return f"<h2>{escape(self._words(f'report.{name}_title'))}</h2>\n{body}"

    def _quiet(self, key: str) -> str:
        return f'<p class="quiet">{escape(self._words(key))}</p>'

    def _more(self, count: int) -> str:
        return f'<p class="quiet">{escape(self._words("report.more", count=count))}</p>' if count > 0 else ""

    def _table(self, rows: Iterable[Sequence[str]], heads: Sequence[str], *, code: int | None = None) -> str:
        return _table(rows, heads=tuple(self._words(f"report.head_{head}") for head in heads), code=code)

    def _moment(self, at_ns: int) -> str:
        return f"{time_text(at_ns)}  ·  {self._clock(at_ns)}"

    def _clock(self, at_ns: int) -> str:
        return clock_text(self._report.wall_ns_at(at_ns), self._report.session.utc_offset_s)

    def _length(self, length_ns: int) -> str:
        if length_ns >= 60_000_000_000:
            return time_text(length_ns, milliseconds=False)
        return self._words.length(span_words(length_ns))


def _share(part_ns: int, whole_ns: int) -> str:
    return f"{100 * part_ns / max(1, whole_ns):.2f} %"


def _table(rows: Iterable[Sequence[str]], *, heads: Sequence[str], code: int | None = None) -> str:
    """A table; without heads the first column is one. `code` is the column in which every character counts."""
    first = '<td class="time" valign="middle">' if heads else '<th align="left" valign="middle" width="26%">'
    first_end = "</td>" if heads else "</th>"
    lines = ["".join(("<tr>", *(f'<th align="left">{escape(head)}</th>' for head in heads), "</tr>"))] if heads else []
    for row in rows:
        cells = [f"<code>{escape(cell)}</code>" if at == code else escape(cell) for at, cell in enumerate(row)]
        others = (f'<td valign="middle">{cell}</td>' for cell in cells[1:])
        lines.append("".join(("<tr>", first, cells[0], first_end, *others, "</tr>")))
    return f'<table width="100%" cellpadding="3" cellspacing="0">{"".join(lines)}</table>'
