"""Programs with which somebody works unseen, by the names that they start under: a hint, and never a proof.

Whoever renames a program is not named here; what the program does is still in the pictures and in the process's row.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath

from recorder.agent_events import EvasionSign
from recorder.events import ProcessStarted

REMOTE_CONTROL = frozenset(
    {
        "anydesk",
        "teamviewer",
        "teamviewerd",
        "rustdesk",
        "x11vnc",
        "x0vncserver",
        "x0tigervncserver",
        "vncserver",
        "vino-server",
        "krfb",
        "wayvnc",
        "xrdp",
        "xrdp-sesman",
        "gnome-remote-desktop-daemon",
        "chrome-remote-desktop",
        "remoting_me2me_host",
        "nxserver",
        "nxnode",
        "dwagent",
        "dwagsvc",
        "meshagent",
        "splashtop-streamer",
        "screenconnect",
        "zohoassist",
        "deskin",
        "hoptodesk",
        "sunloginclient",
    }
)
TUNNELS = frozenset(
    {
        "ngrok",
        "cloudflared",
        "chisel",
        "frpc",
        "frps",
        "bore",
        "localtunnel",
        "lt",
        "gost",
        "iodine",
        "dnscat",
        "dnscat2",
        "ptunnel",
        "stunnel",
        "stunnel4",
        "autossh",
        "sshuttle",
        "tailscaled",
        "zerotier-one",
        "wireguard-go",
        "rathole",
        "pwnat",
        "udp2raw",
        "hysteria",
        "v2ray",
        "xray",
        "sing-box",
        "tor",
        "i2pd",
        "openvpn",
        "openconnect",
    }
)
DISPLAYS = frozenset(
    {
        "xorg",
        "x",
        "xvfb",
        "xephyr",
        "xnest",
        "xvnc",
        "xtightvnc",
        "xtigervnc",
        "xwayland",
        "xdummy",
        "xpra",
    }
)
_SHELLS_WITH_TUNNELS = frozenset({"ssh", "slogin", "dropbear", "dbclient"})
_WITH_VALUE = frozenset("BbcDEeFIiJLlmOopQRSWw")  # options of ssh that take a value, which may be the word behind
_TUNNELLING = frozenset("LRDwW")
# As in ssh_config(5): a keyword in any case, then blanks or one "=".
_FORWARDING = re.compile(
    r"\s*(?:((?:local|remote|dynamic)forward)[\s=]|(tunnel)[\s=]+[\"']?(?:yes|true|point-to-point|ethernet))",
    re.IGNORECASE,
)
_INTERPRETERS = re.compile(r"(?:ba|da|z|k|fi)?sh|python[\d.]*|perl|ruby|node")


def sign_of(started: ProcessStarted) -> EvasionSign | None:
    """What this process is a sign of; None for almost all."""
    arguments = started.arguments or ()
    for name in _names(started):
        found = _sign(name, arguments)
        if found is not None:
            sign, detail = found
            if started.found and sign == "other_display":
                return None  # one of those that ran before is the recorded one
            return EvasionSign(started.at_ns, sign, detail, started.pid, started.executable)
    return None


def _sign(name: str, arguments: Sequence[str]) -> tuple[str, str] | None:
    if name in REMOTE_CONTROL:
        return "remote_control", name
    if name in TUNNELS:
        return "tunnel", name
    if name in DISPLAYS:
        return "other_display", f"{name} {' '.join(one for one in arguments[1:] if one.startswith(':'))}".strip()
    if name in _SHELLS_WITH_TUNNELS:
        options = _tunnel_options(arguments[1:])
        return ("tunnel", f"{name} {' '.join(options)}") if options else None
    return None


def _tunnel_options(words: Sequence[str]) -> list[str]:
    """The options of an ssh command line that carry other connections: they stand before the host, and behind it."""
    found: list[str] = []
    rest = list(words)
    has_host = False
    while rest:
        word = rest.pop(0)
        if word == "--":  # behind it come the host and the command there, and no option any more
            break
        if word.startswith("-") and word != "-":
            found += _tunnel_options_in(word[1:], rest)
        elif has_host:  # the command there begins
            break
        else:
            has_host = True
    return found


def _tunnel_options_in(letters: str, rest: list[str]) -> list[str]:
    """Those of one word; a value that stands behind it is taken out of `rest`."""
    for place, letter in enumerate(letters):
        if letter not in _WITH_VALUE:
            continue
        attached = letters[place + 1 :]
        if not attached and not rest:  # ssh refuses that
            return []
        value = attached or rest.pop(0)
        if letter in _TUNNELLING:
            return [f"-{letter}"]
        forwards = _FORWARDING.match(value) if letter == "o" else None
        return [] if forwards is None else [f"-o {forwards[1] or forwards[2]}"]
    return []


def _names(started: ProcessStarted) -> list[str]:
    """What the program may be called: its file, what it was started as, the script behind an interpreter."""
    words = [started.executable or "", *(started.arguments or ())[:1], started.name]
    names = [PurePath(word).name.lower().removesuffix(".exe") for word in words if word]
    arguments = started.arguments or ()
    if any(_INTERPRETERS.fullmatch(name) for name in names) and len(arguments) > 1 and not arguments[1].startswith("-"):
        names.append(PurePath(arguments[1]).name.lower().removesuffix(".py"))
    return list(dict.fromkeys(names))
