"""Makes the file of rules that are ready: `python -m recorder.detect.readying FOLDER OUT` (`make rules`)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from recorder.detect.drafts import Draft
from recorder.detect.loading import rule_files
from recorder.detect.reading import read_file
from recorder.detect.ready import ReadyDraft, ReadyFile, digest_of, told_node
from recorder.detect.rule import Selection
from recorder.detect.trying import what_matches_everything


def readied(folder: Path) -> Iterator[ReadyFile]:
    """The files in this folder, in their order.

    Raises:
        ValueError: a rule among them is faulty, and which: only what is sound is made ready.
    """
    for path in rule_files([folder]):
        content = path.read_bytes()
        drafts, faults = read_file(content, path.name)
        selections = [draft.looks_for for draft in drafts if isinstance(draft.looks_for, Selection)]
        wrong = [*map(str, faults), *(sentence for sentence in what_matches_everything(selections) if sentence)]
        if wrong:
            msg = f"{path.name}: {wrong[0]}"
            raise ValueError(msg)
        yield ReadyFile(path.name, digest_of(content), tuple(_ready(draft) for draft in drafts))


def _ready(draft: Draft) -> ReadyDraft:
    asked = draft.looks_for
    category, tree = (asked.category, told_node(asked.tree)) if isinstance(asked, Selection) else ("", None)
    return ReadyDraft(
        draft.rule_id,
        draft.version,
        draft.title,
        draft.reason,
        draft.lines.first_line,
        tuple(draft.lines.lines.items()),
        draft.name,
        draft.severity,
        draft.response,
        category,
        tree,
        None if isinstance(asked, Selection) else asked,
        draft.tags,
        draft.references,
    )


def main() -> int:
    """Write it; the exit status."""
    folder, out = map(Path, sys.argv[1:])
    out.write_bytes(b"".join(msgspec.json.encode(file) + b"\n" for file in readied(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
