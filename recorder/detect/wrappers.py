"""Programs that run other programs: what of their words is another command, or a script that is read as a line."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "ash", "fish", "rbash", "mksh"})
POWERSHELLS = frozenset({"powershell", "pwsh"})
# Programs that are told statements or commands of their own, by options, a pipe or a here-string.
CLIENTS: Mapping[str, frozenset[str]] = {
    "psql": frozenset({"-c", "--command"}),
    "mysql": frozenset({"-e", "--execute"}),
    "mariadb": frozenset({"-e", "--execute"}),
    "sqlcmd": frozenset({"-q", "-Q"}),
    "osql": frozenset({"-q", "-Q"}),
    "bq": frozenset(),
    "sqlite3": frozenset(),
    "sqlplus": frozenset(),
    "sql": frozenset(),
    "rman": frozenset(),
    "db2": frozenset(),
    "dbaccess": frozenset(),
    "isql": frozenset(),
    "clickhouse-client": frozenset({"-q", "--query"}),
    "cqlsh": frozenset({"-e", "--execute"}),
    "hive": frozenset({"-e"}),
    "beeline": frozenset({"-e"}),
    "mongo": frozenset({"--eval"}),
    "mongosh": frozenset({"--eval"}),
    "redis-cli": frozenset(),
    "expect": frozenset({"-c"}),
}
_TAKES_STATEMENT_AS_WORD = frozenset({"sqlite3", "bq", "db2", "redis-cli"})
_INTERPRETERS = re.compile(r"^(python[\d.]*|perl|ruby|php|node|lua|g?awk|mawk|vim?|nvim|expect|tclsh)$")
_RUN_FROM_CODE = re.compile(
    r"(?:system|exec[lv]?p?|popen|Popen|call|check_output|run|spawn|getoutput|shell_exec|passthru|qx|execSync|execute)"
    r"\s*[({/]\s*[\[(]?\s*((?:\"[^\"]{1,500}+\"|'[^']{1,500}+')(?:\s*+,\s*+(?:\"[^\"]{1,500}+\"|'[^']{1,500}+')){0,20}+)"
)
_CODE_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_RUN_BY_BACKQUOTES = re.compile(r"`([^`]{1,500}+)`")
_WITH_BACKQUOTES = frozenset({"perl", "ruby", "php"})
_TAR_RUNS = ("--checkpoint-action=exec=", "--to-command=", "--use-compress-program=", "--rsh-command=")
_EDITOR_ESCAPE = re.compile(r"^:?[\d%.,$]*(?:r\s*)?!+")


@dataclass(frozen=True, slots=True)
class Runs:
    """How a program takes the command that it runs: behind its options, and `own` words of its own.

    `joined`: the words are read as one line again. `script` are options whose word is a line.
    """

    options: frozenset[str] = frozenset()
    own: int = 0
    joined: bool = False
    script: frozenset[str] = frozenset()


def _runs(options: str = "", own: int = 0, *, joined: bool = False, script: str = "") -> Runs:
    return Runs(frozenset(options.split()), own, joined, frozenset(script.split()))


_SSH = "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B"
WRAPPERS: Mapping[str, Runs] = {
    "sudo": _runs("-u -g -h -p -C -T -r -t -U -R -D --user --group --host --prompt --chdir --chroot"),
    "doas": _runs("-u -C"),
    "pkexec": _runs("--user"),
    "run0": _runs("-u --user -D --chdir"),
    "gosu": _runs("", 1),
    "su-exec": _runs("", 1),
    "runuser": _runs("-u -g -G -s --user --group --shell", script="-c --command"),
    "setpriv": _runs("--reuid --regid --groups"),
    "env": _runs("-u -C --unset --chdir", script="-S --split-string"),
    "nice": _runs("-n --adjustment"),
    "ionice": _runs("-c -n -p --class --classdata"),
    "chrt": _runs("", 1),
    "taskset": _runs("", 1),
    "numactl": _runs(),
    "cpulimit": _runs("-l --limit"),
    "timeout": _runs("-s -k --signal --kill-after", 1),
    "stdbuf": _runs("-i -o -e"),
    "unbuffer": _runs(),
    "xargs": _runs("-I -n -P -L -d -E -a -s --arg-file --delimiter --max-args --max-procs --replace"),
    "parallel": _runs("-j -S --jobs -n", joined=True),
    "watch": _runs("-n --interval", joined=True),
    "entr": _runs(),
    "setsid": _runs(),
    "nohup": _runs(),
    "disown": _runs(),
    "time": _runs("-o -f"),
    "exec": _runs("-a"),
    "command": _runs(),
    "builtin": _runs(),
    "noglob": _runs(),
    "nocorrect": _runs(),
    "busybox": _runs(),
    "toybox": _runs(),
    "strace": _runs("-o -e -p -s -u -E"),
    "ltrace": _runs("-o -e -p -s -u"),
    "valgrind": _runs(),
    "perf": _runs("-o -e", 1),
    "script": _runs("-I -O -B -o", 99, script="-c --command"),
    "flock": _runs("-w -E --timeout", 1, script="-c --command"),
    "chroot": _runs("--userspec --groups", 1),
    "unshare": _runs(),
    "nsenter": _runs("-t --target"),
    "proot": _runs("-r -b -w"),
    "firejail": _runs(),
    "proxychains": _runs("-f"),
    "proxychains4": _runs("-f"),
    "torsocks": _runs(),
    "sshpass": _runs("-p -f -d"),
    "systemd-run": _runs("-u -p -t -M -H --unit --property --uid --gid"),
    "systemd-inhibit": _runs(),
    "dbus-run-session": _runs(),
    "dbus-launch": _runs(),
    "xvfb-run": _runs("-n -s -e -f"),
    "eval": _runs(joined=True),
    "su": _runs("-s -g -G -w --shell --group", 99, script="-c --command --session-command"),
    "sg": _runs("", 99, script="-c"),
    "ssh": _runs(_SSH, 1, joined=True),
    "autossh": _runs(_SSH + " -M", 1, joined=True),
    "slogin": _runs(_SSH, 1, joined=True),
    "rsh": _runs("-l", 1, joined=True),
    "mosh": _runs("-p --ssh", 1, joined=True),
    "plink": _runs("-l -P -pw -i -L -R -D", 1, joined=True),
    "pdsh": _runs("-w -l -x -g -R", joined=True),
    "clush": _runs("-w -g -x -l", joined=True),
    "pssh": _runs("-h -H -l -p -t", joined=True),
    "parallel-ssh": _runs("-h -H -l -p -t", joined=True),
    "wsl": _runs("-d -u --distribution --user"),
    "screen": _runs("-S -c -t -L -p"),
    "ansible": _runs("", 99, script="-a --args"),
    "vagrant": _runs("", 99, script="-c --command"),
    "gcloud": _runs("", 99, script="--command"),
    "psexec": _runs("-u -p -w -n", 1),
    "winrs": _runs(joined=True),
    "start-process": _runs("-filepath"),
    "gsudo": _runs(),
}
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "kubectl", "oc", "k", "lxc", "incus", "crictl"})
_CONTAINER_OPTIONS = frozenset(
    {"-n", "-c", "-e", "-u", "-w", "-v", "-p", "-l", "--namespace", "--container", "--env", "--user", "--workdir"}
    | {"--name", "--volume", "--network", "--net", "--context", "--entrypoint", "--mount", "--publish", "--hostname"}
)
_BEGINS_IN_CONTAINER = frozenset({"exec", "run", "debug"})
_EXECUTING = frozenset({"-exec", "-execdir", "-ok", "-okdir"})


@dataclass(frozen=True, slots=True)
class Within:
    """What runs within a command: its words, or a line that is to be read (`is_line`)."""

    words: tuple[str, ...]
    is_line: bool = False


def program_name(path: str) -> str:
    """The name of the program at this path, as rules write it: no folder, no `.exe`, lower case."""
    if path == ".":
        return "source"
    is_windows = "\\" in path and "/" not in path
    name = (PureWindowsPath(path) if is_windows else PurePosixPath(path)).name.lower()
    return name.removesuffix(".exe")


def within(name: str, words: Sequence[str]) -> Iterator[Within]:
    """What a command runs; `name` is that of its program, `words` are what stands behind."""
    if name in SHELLS:
        yield from _lines(words, lambda option: _has_c(option) or option == "--command")
    elif name in POWERSHELLS:
        yield from _powershell(words)
    elif name in ("find", "fd", "fdfind"):
        yield from _executed(words)
    elif name in _CONTAINERS:
        yield from _in_container(words)
    elif name in CLIENTS:
        yield from _statements(name, words)
    elif name in _ELSEWHERE:
        yield from _ELSEWHERE[name](words)
    elif name in WRAPPERS:
        yield from _wrapped(name, WRAPPERS[name], words)
    if _INTERPRETERS.match(name):
        yield from _from_code(name, words)


def without_escape(words: Sequence[str]) -> list[str]:
    r"""The words without an editor's or a client's sign for the shell: `:!rm`, `!rm`."""
    first = _EDITOR_ESCAPE.sub("", words[0]) if words else ""
    return [*([first] if first else []), *words[1:]]


def _has_c(option: str) -> bool:
    return option.startswith("-") and not option.startswith("--") and option.endswith("c")


def _lines(words: Sequence[str], is_script: Callable[[str], bool]) -> Iterator[Within]:
    for place, word in enumerate(words[:-1]):
        if is_script(word):
            yield Within((words[place + 1],), is_line=True)
            return
    for word in words:
        option, _, line = word.partition("=")
        if line and option.startswith("--") and is_script(option):
            yield Within((line,), is_line=True)


def _powershell(words: Sequence[str]) -> Iterator[Within]:
    for place, word in enumerate(words):
        if word[:1] in "-/" and len(word) > 1 and "-command".startswith(f"-{word[1:].lower()}"):
            yield Within((" ".join(words[place + 1 :]),), is_line=True)
            return
    if words and not words[0].startswith(("-", "/")):
        yield Within((" ".join(words),), is_line=True)


def _executed(words: Sequence[str]) -> Iterator[Within]:
    for place, word in enumerate(words):
        if word in _EXECUTING or word in ("-x", "-X", "--exec", "--exec-batch"):
            inner = list(words[place + 1 :])
            ends = [at for at, one in enumerate(inner) if one in (";", "+")]
            yield Within(tuple(inner[: ends[0]] if ends else inner))


def _in_container(words: Sequence[str]) -> Iterator[Within]:
    if (begin := next((at for at, word in enumerate(words[:6]) if word in _BEGINS_IN_CONTAINER), None)) is None:
        return
    rest = list(words[begin + 1 :])
    if "--" in rest:
        yield Within(tuple(rest[rest.index("--") + 1 :]))
        return
    at = _behind_options(rest, 0, _CONTAINER_OPTIONS)
    yield Within(tuple(rest[at + 1 :]))


def _statements(name: str, words: Sequence[str]) -> Iterator[Within]:
    for place, word in enumerate(words):
        is_letters = word.startswith("-") and not word.startswith("--")
        letters = f"-{word[-1]}" if is_letters else word
        if letters in CLIENTS[name] and place + 1 < len(words):  # also -Atc
            yield Within((words[place + 1],), is_line=True)
        elif (option := word.partition("="))[0] in CLIENTS[name] and option[2]:
            yield Within((option[2],), is_line=True)
        elif is_letters and word[:2] in CLIENTS[name]:
            yield Within((word[2:],), is_line=True)
    if name in _TAKES_STATEMENT_AS_WORD and words:
        yield Within((words[-1],), is_line=True)
        yield Within(tuple(words[_behind_options(words, 0, frozenset({"-h", "-p", "-a", "-n"})) :]))


def _wrapped(name: str, how: Runs, words: Sequence[str]) -> Iterator[Within]:
    if how.script:
        found = list(_lines(words, lambda option: option in how.script or (name == "su" and _has_c(option))))
        if found:
            yield from found
            return
    at = _behind_options(words, 0, how.options)
    for _ in range(min(how.own, len(words))):
        at = _behind_options(words, at + 1, how.options)
    rest = tuple(words[at:])
    if rest:
        yield Within((" ".join(rest),), is_line=True) if how.joined else Within(rest)


def _of_tmux(words: Sequence[str]) -> Iterator[Within]:
    """`new -d 'LINE'`, `send-keys 'LINE' Enter`."""
    if any(word.startswith(("new", "split", "respawn", "send", "run", "neww")) for word in words):
        yield from (Within((word,), is_line=True) for word in words[1:] if " " in word)


def _of_terminal(words: Sequence[str]) -> Iterator[Within]:
    if "-e" in words:
        rest = words[list(words).index("-e") + 1 :]
        yield Within((" ".join(rest),), is_line=True)


def _of_cmd(words: Sequence[str]) -> Iterator[Within]:
    at = next((at for at, word in enumerate(words) if word.lower() in ("/c", "/k")), len(words))
    yield Within((" ".join(words[at + 1 :]),), is_line=True)


def _of_trap(words: Sequence[str]) -> Iterator[Within]:
    if len(words) > 1 and not words[0].startswith("-"):
        yield Within((words[0],), is_line=True)


def _of_git(words: Sequence[str]) -> Iterator[Within]:
    """An alias that runs a shell: `-c alias.x='!LINE'`."""
    for word in words:
        name, _, line = word.partition("=!")
        if line and name.startswith("alias."):
            yield Within((line,), is_line=True)


def _of_alias(words: Sequence[str]) -> Iterator[Within]:
    """What the name will run, read where it is given: the line that uses it later tells nothing."""
    for word in words:
        if line := word.partition("=")[2]:
            yield Within((line,), is_line=True)


def _of_tar(words: Sequence[str]) -> Iterator[Within]:
    for word in words:
        for option in _TAR_RUNS:
            if word.startswith(option):
                yield Within((word.removeprefix(option),), is_line=True)


_ELSEWHERE: Mapping[str, Callable[[Sequence[str]], Iterator[Within]]] = {
    "tmux": _of_tmux,
    "xterm": _of_terminal,
    "cmd": _of_cmd,
    "trap": _of_trap,
    "git": _of_git,
    "alias": _of_alias,
    "tar": _of_tar,
}


def _behind_options(words: Sequence[str], at: int, with_word: frozenset[str]) -> int:
    """Where the words begin that are no options, nor variables for what runs."""
    while at < len(words):
        word = words[at]
        if word == "--":
            return at + 1
        if word.startswith("-") and word != "-":
            at += 2 if word in with_word or _ends_with_one(word, with_word) else 1
        elif "=" in word and re.match(r"[A-Za-z_]\w*=", word):
            at += 1
        else:
            break
    return at


def _ends_with_one(letters: str, with_word: frozenset[str]) -> bool:
    """Whether the last of several letters (`-Hu`) takes the next word; one before it would take what follows it."""
    if letters.startswith("--") or len(letters) < 3:
        return False
    takes = [f"-{letter}" in with_word for letter in letters[1:]]
    return takes[-1] and not any(takes[:-1])


def _from_code(name: str, words: Sequence[str]) -> Iterator[Within]:
    """What a script on the line gives to a shell: `os.system("…")`."""
    for word in words:
        if name in _WITH_BACKQUOTES:
            yield from (Within((line,), is_line=True) for line in _RUN_BY_BACKQUOTES.findall(word))
        if word.startswith(":!"):  # vim -c ':!…'
            yield Within((word[2:],), is_line=True)
        for found in _RUN_FROM_CODE.finditer(word):
            texts = [one or other for one, other in _CODE_WORD.findall(found.group(1))]
            yield Within((texts[0],), is_line=True) if len(texts) == 1 else Within(tuple(texts))
