"""Lines of PowerShell and cmd as lines that the reading of a shell's lines understands."""

import re

_SIGNS_OF_WINDOWS = re.compile(
    r"(?:^|[\s\"'=(])[A-Za-z]:[\\/]|(?:^|[\s\"'])\\\\\w|%\w{1,40}%|\bHK(?:LM|CU|CR|U|EY_[A-Z_]+)\b|\$env:\w|\$true\b|\$false\b"
    r"|(?:^|[|;&({=]\s{0,9})(?-i:[A-Z][A-Za-z]{1,12}-[A-Z][A-Za-z]{2,40})\b|\.exe\b|(?:^|[\s|;&])(?:cmd|powershell|pwsh)\s"
    r"|^\s{0,9}(?:[a-z^]{0,20}\^[a-z])",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"[\^`](?=[\w/\\-])")
_BLOCK = re.compile(r"(?<!\$)\{(?=\s)|(?<=[%?]\s)\{|(?<=[%?])\{")
_BLOCK_END = re.compile(r"(?<=\s)\}|(?<=\))\}")
_CALLED = re.compile(r"&(?=\s*[\"'(])")


def is_of_windows(line: str) -> bool:
    """Whether backslashes in this line belong to paths, and `^` or a backquote takes the meaning from the next sign."""
    return _SIGNS_OF_WINDOWS.search(line) is not None


def for_reading(line: str) -> str:
    """The line with its backslashes kept, and its blocks in round brackets."""
    line = _ESCAPE.sub("", line).replace("\\", "\\\\")
    return _CALLED.sub(" ", _BLOCK_END.sub(")", _BLOCK.sub("(", line)))
