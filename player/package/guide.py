"""The package's first page: what is in it, and how to check it without Tachiai."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from player.package.sums import PURPOSE, SIGNATURE, SIGNER, SUMS
from player.persons import Person
from player.report.page import STYLE
from player.source import SessionFacts
from player.timeline import clock_text, time_text
from recorder.evidence.findings import Verdict
from recorder.evidence.verify import verdict_name
from recorder.logrow import inert
from resources.words import Words

CONTEXT = "tachiai/person/1"
# The key as a person's public line has it, and its fingerprint: what is compared with what was heard, before all else.
_RAW_KEY = f"openssl pkey -pubin -in {SIGNER} -outform DER | tail -c 32"
_KEYS = f"{_RAW_KEY} | od -An -v -tx1 | tr -d ' \\n'; echo\n{_RAW_KEY} | sha256sum | cut -c 1-16"


@dataclass(frozen=True, slots=True)
class Guide:
    """What the page tells. `files`: the key of what each file is, by name; `redactions`: when, where, why, in words."""

    session: SessionFacts
    start_ns: int
    end_ns: int
    is_whole: bool
    verdict: Verdict
    files: Mapping[str, str]
    redactions: Sequence[tuple[str, str, str]]
    is_shortened: bool
    signer: Person
    made_wall_ns: int
    device_key: str


def guide_page(guide: Guide, words: Words) -> str:
    """The page as HTML that runs nothing and fetches nothing."""
    title = words("package.title", operator=inert(guide.session.operator), host=inert(guide.session.host))
    parts = (
        f"<h1>{escape(title)}</h1>",
        _facts(guide, words),
        _files(guide, words),
        _checks(guide, words),
        _redactions(guide, words),
        _section(words, "limits", f"<p>{escape(words('package.limits'))}</p>"),
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{words.language}"><head><meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(filter(None, parts))
        + "\n</body></html>\n"
    )


def _facts(guide: Guide, words: Words) -> str:
    session = guide.session
    start, end = (session.started_wall_ns + at_ns for at_ns in (guide.start_ns, guide.end_ns))
    range_words = f"{time_text(guide.start_ns)} – {time_text(guide.end_ns)}"
    facts = (
        ("recording", session.session_id),
        ("purpose", inert(session.purpose) or words("report.none_given")),
        ("shown", words("package.whole", range=range_words) if guide.is_whole else range_words),
        ("times", f"{clock_text(start, session.utc_offset_s)} – {clock_text(end, session.utc_offset_s)}"),
        ("verdict", words(f"verdict.{verdict_name(guide.verdict.status)}")),
        ("made", clock_text(guide.made_wall_ns)),
        ("signer", f"{inert(guide.signer.name)}  {guide.signer.public_bytes.hex()}"),
        ("fingerprint", guide.signer.fingerprint),
        ("device", guide.device_key),
    )
    rows = "".join(
        f'<tr><th align="left" width="26%">{escape(words(f"package.{key}"))}</th><td>{escape(text)}</td></tr>'
        for key, text in facts
    )
    return f"<table>{rows}</table>\n<p>{escape(words('package.compare'))}</p>"


def _files(guide: Guide, words: Words) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(words(f'package.file_{what}'))}</td></tr>"
        for name, what in guide.files.items()
    )
    left_out = f"<p>{escape(words('package.left_out'))}</p>" if guide.is_shortened else ""
    return _section(words, "files", f"<table>{rows}</table>{left_out}")


def _checks(guide: Guide, words: Words) -> str:
    folder = f"recording/{guide.session.session_id}"
    has_recording = "verify_recording.py" in guide.files
    steps = (
        ("keys", _KEYS + ("\ncat device.json" if has_recording else "")),
        ("hashes", f"sha256sum -c {SUMS}"),
        (
            "signature",
            f"{{ printf '{CONTEXT}\\0{PURPOSE}\\0'; cat {SUMS}; }} > message\n"
            f"openssl pkeyutl -verify -pubin -inkey {SIGNER} -rawin -in message -sigfile {SIGNATURE}",
        ),
        ("recording_check", f"pip install cryptography\npython3 verify_recording.py {folder} --device device.json"),
    )
    wanted = [step for step in steps if step[0] != "recording_check" or has_recording]
    body = "".join(
        f"<h3>{number}. {escape(words(f'package.step_{key}'))}</h3><pre><code>{escape(command)}</code></pre>"
        f"<p>{escape(words(f'package.step_{key}_text'))}</p>"
        for number, (key, command) in enumerate(wanted, 1)
    )
    return _section(words, "checks", f"<p>{escape(words('package.checks_text'))}</p>{body}")


def _redactions(guide: Guide, words: Words) -> str:
    if not guide.redactions:
        return ""
    heads = "".join(f"<th>{escape(words(f'package.head_{name}'))}</th>" for name in ("when", "where", "why"))
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(inert(cell))}</td>' for cell in cells)}</tr>" for cells in guide.redactions
    )
    text = f"<p>{escape(words('package.redactions_text'))}</p>"
    return _section(words, "redactions", f"{text}<table><tr>{heads}</tr>{rows}</table>")


def _section(words: Words, name: str, body: str) -> str:
    return f"<h2>{escape(words(f'package.{name}_title'))}</h2>\n{body}"
