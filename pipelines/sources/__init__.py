"""Readers of files, one module a format: guessed from a file or opened by name, on demand."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from nlp.conversation import Conversation
from nlp.errors import BadInput, BadRecord, UnknownName
from pipelines.sources._records import DeadRecord, Options, open_text

__all__ = ["DeadRecord", "Options", "guess", "known", "read"]

OTHER_NOUNS = {"customers", "events"}
MARKS = (
    ("threads", ('"dialogContent"', '"turns"', '"messages"')),
    ("x", ('"author_id"', '"conversation_id"', '"in_reply_to_user_id"', '"edit_history_tweet_ids"')),
    ("zendesk", ('"requester_id"', '"requester"', '"submitter_id"', '"via"')),
)


def known() -> list[str]:
    """The formats: the files of this folder that read conversations."""
    names = {path.stem for path in Path(__file__).parent.glob("[a-z]*.py")}
    return sorted(names - OTHER_NOUNS)


def guess(path: Path) -> tuple[str, str]:
    """(format, why) from the file's name and its first 64 K characters. Raises BadInput where nothing fits."""
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv", ".parquet"):
        return "table", f"the name ends in {suffix}"
    with open_text(path) as stream:
        head = stream.read(1 << 16).lstrip("\ufeff \r\n\t")
    if head.startswith("WEBVTT") or suffix == ".vtt":
        return "webvtt", "it begins with WEBVTT" if head.startswith("WEBVTT") else "the name ends in .vtt"
    if head[:1] in ("{", "["):
        # posts nest under "data"; a ticket's mark may also appear in a post's text, so the more marks the better
        found = {name: [mark for mark in marks if mark + ":" in head.replace('" :', '":')] for name, marks in MARKS}
        best = max(found, key=lambda name: len(found[name]))
        if found[best]:
            return best, f"it has the field {found[best][0]}"
        if suffix in (".jsonl", ".ndjson"):
            return "table", "it is JSON lines of no known shape"
    raise BadInput(f"{path}: its format cannot be guessed; name one of: {', '.join(known())}")


def read(
    path: Path, options: Options | None = None, *, format: str | None = None
) -> Iterator[Conversation | BadRecord]:
    """Stream a file's conversations; what cannot be read is yielded as a DeadRecord, never raised.

    Of two records with one id the first is kept. Raises UnknownName, BadInput (no such file, no guess), BadSetting.
    """
    name = format or guess(path)[0]
    if name not in known():
        raise UnknownName.of("format", name, known())
    reader = importlib.import_module(f"pipelines.sources.{name}")
    seen: set[str] = set()
    for position, found in enumerate(reader.read(path, options or Options()), start=1):
        if isinstance(found, BadRecord):
            yield found
        elif found.id in seen:
            yield DeadRecord("a second record with this id; the first is kept", "id", found.id, str(path), position)
        else:
            seen.add(found.id)
            yield found
