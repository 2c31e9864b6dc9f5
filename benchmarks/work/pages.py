"""The web pages that the operator of the reference work reads: the same text every time."""

import random
from pathlib import Path

_WORDS = [
    "access",
    "account",
    "address",
    "alert",
    "archive",
    "audit",
    "backup",
    "batch",
    "build",
    "cache",
    "change",
    "check",
    "cluster",
    "config",
    "connection",
    "console",
    "daemon",
    "database",
    "deploy",
    "device",
    "disk",
    "domain",
    "error",
    "event",
    "failure",
    "file",
    "filter",
    "firewall",
    "folder",
    "gateway",
    "grant",
    "group",
    "host",
    "index",
    "job",
    "journal",
    "kernel",
    "key",
    "latency",
    "limit",
    "link",
    "load",
    "lock",
    "log",
    "login",
    "memory",
    "message",
    "metric",
    "migrate",
    "mirror",
    "monitor",
    "mount",
    "network",
    "node",
    "operator",
    "owner",
    "packet",
    "partition",
    "password",
    "patch",
    "path",
    "peer",
    "permission",
    "policy",
    "pool",
    "port",
    "process",
    "proxy",
    "query",
    "queue",
    "quota",
    "range",
    "rate",
    "record",
    "region",
    "release",
    "replica",
    "request",
    "restore",
    "role",
    "rotate",
    "route",
    "rule",
    "schedule",
    "schema",
    "script",
    "segment",
    "server",
    "service",
    "session",
    "shard",
    "signal",
    "snapshot",
    "socket",
    "source",
    "stage",
    "state",
    "storage",
    "switch",
    "table",
    "target",
    "task",
    "thread",
    "ticket",
    "token",
    "topic",
    "transfer",
    "trigger",
    "tunnel",
    "update",
    "upgrade",
    "user",
    "value",
    "vault",
    "verify",
    "version",
    "view",
    "volume",
    "window",
    "worker",
    "zone",
    "the",
    "of",
    "and",
    "to",
    "in",
    "is",
    "that",
    "for",
    "with",
    "on",
    "as",
    "are",
    "by",
    "this",
    "be",
    "from",
    "or",
    "at",
    "an",
    "it",
    "not",
    "which",
]
_STYLE = """
body { font: 16px 'DejaVu Sans', sans-serif; margin: 0 40px 60px; color: #1c2733; line-height: 1.5 }
h1 { color: #0b3d66; border-bottom: 3px solid #d5dee6; padding-bottom: 6px }
h2 { color: #14507f } code { background: #eef2f5; padding: 1px 5px; border-radius: 4px }
table { border-collapse: collapse; width: 100%; font-size: 14px } td, th { padding: 5px 9px; border: 1px solid #cfd8df }
th { background: #0b3d66; color: white; text-align: left } tr:nth-child(even) { background: #f3f6f8 }
.ok { color: #19703c; font-weight: bold } .bad { color: #b3261e; font-weight: bold }
.note { background: linear-gradient(90deg, #fff3cd, #fffaf0); border-left: 5px solid #e0a800; padding: 10px 16px }
nav { background: linear-gradient(#12598c, #0b3d66); color: white; padding: 12px 40px; margin: 0 -40px 20px }
"""


def write_pages(folder: Path) -> tuple[str, str]:
    """Write the manual and the table; their addresses."""
    return _write(folder / "manual.html", _manual()), _write(folder / "servers.html", _table())


def _write(path: Path, body: str) -> str:
    head = f"<!doctype html><meta charset=utf-8><title>{path.stem}</title><style>{_STYLE}</style>"
    path.write_text(f"{head}<nav>Operations · {path.stem}</nav>{body}", encoding="utf-8")
    return path.as_uri()


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(_WORDS) for _ in range(chance.randint(7, 17))]
    if chance.random() < 0.3:
        words[chance.randrange(len(words))] = f"<code>{chance.choice(_WORDS)}.{chance.choice(_WORDS)}</code>"
    return " ".join(words).capitalize() + "."


def _manual() -> str:
    chance = random.Random(7)
    parts = ["<h1>Operations manual</h1>"]
    for number in range(1, 25):
        parts.append(f"<h2>{number}. {' '.join(chance.choices(_WORDS, k=3)).capitalize()}</h2>")
        parts += [f"<p>{' '.join(_sentence(chance) for _ in range(chance.randint(4, 8)))}</p>" for _ in range(3)]
        if number % 3 == 0:
            parts.append(f"<p class=note>{_sentence(chance)}</p>")
        if number % 4 == 0:
            parts.append("<ul>" + "".join(f"<li>{_sentence(chance)}</li>" for _ in range(6)) + "</ul>")
    return "".join(parts)


def _table() -> str:
    chance = random.Random(11)
    rows = [_row(chance, number) for number in range(400)]
    head = "<tr><th>Host<th>Address<th>Role<th>Load<th>Memory<th>Last login<th>State</tr>"
    return f"<h1>Servers</h1><table>{head}{''.join(rows)}</table>"


def _row(chance: random.Random, number: int) -> str:
    state = "<td class=ok>sound" if chance.random() < 0.85 else "<td class=bad>failing"
    address = f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}"
    login = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02} {chance.randint(0, 23):02}:14"
    load, memory = f"{chance.random() * 8:.2f}", f"{chance.randint(4, 512)} GB"
    role = chance.choice(_WORDS)
    return f"<tr><td>{role}-{number:03}<td>{address}<td>{role}<td>{load}<td>{memory}<td>{login}{state}</tr>"
