"""Files of rules as a set of rules that judge, and what is wrong with the others."""

from collections.abc import Iterable
from pathlib import Path

from recorder.detect.drafts import Draft
from recorder.detect.faults import MOST_BYTES, Fault, RuleFaultError
from recorder.detect.linking import RuleSet, linked
from recorder.detect.ready import ReadyRules
from recorder.errors import StorageError

SUFFIXES = (".yml", ".yaml")
MOST_RULES = 10_000


def rule_files(places: Iterable[Path]) -> list[Path]:
    """The files of rules at these places, which are files or folders, in the order of their names.

    Raises:
        StorageError: a place is not there.
    """
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        elif place.exists():
            found.append(place)
        else:
            msg = f"There are no rules at {place}: no such file or folder. Name one that is there."
            raise StorageError(msg)
    return list(dict.fromkeys(found))


def load_rules(files: Iterable[Path], *, off: Iterable[str] = (), ready: ReadyRules | None = None) -> RuleSet:
    """All rules of these files, but for those whose id is in `off`; one that is wrong keeps no other from judging.

    What is `ready` is not read again; its rules have no examples.
    """
    drafts: list[Draft] = []
    faults: list[Fault] = []
    for file in files:
        try:
            content = _content(file)
        except OSError as error:
            faults.append(Fault(str(file), 1, f"The file cannot be read: {error.strerror}."))
            continue
        except RuleFaultError as error:
            faults.append(Fault(str(file), 1, error.sentence))
            continue
        found = None if ready is None else ready.drafts(content, str(file))
        drafts += _read(content, str(file), faults) if found is None else found
    without = frozenset(off)
    wanted = [draft for draft in drafts if draft.rule_id not in without]
    if len(wanted) > MOST_RULES:
        first = wanted[MOST_RULES]
        sentence = f"From here on there are more than {MOST_RULES} rules."
        faults.append(Fault(first.file, first.lines.first_line, sentence))
        del wanted[MOST_RULES:]
    return linked(wanted, faults)


def _content(file: Path) -> bytes:
    """What stands in it; of one that is too large only as much as shows that.

    Raises:
        OSError: it cannot be read.
        RuleFaultError: it is no file: to read a pipe or a device could take for ever.
    """
    if not file.is_file():
        msg = "This is a pipe, a socket or a device, no file of rules. Name a file."
        raise RuleFaultError(msg)
    with file.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def load_text(content: bytes, name: str) -> RuleSet:
    """The rules of one text, as if it were the file `name`."""
    faults: list[Fault] = []
    return linked(_read(content, name, faults), faults)


def _read(content: bytes, name: str, faults: list[Fault]) -> list[Draft]:
    from recorder.detect.reading import read_file  # the libraries that know Sigma take a fifth of a second to import

    drafts, found = read_file(content, name)
    faults += found
    return drafts
