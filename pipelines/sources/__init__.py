"""Readers of files, one module a format: guessed from a file or opened by name, on demand."""

import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp.conversation import Conversation
from nlp.customer import Event
from nlp.errors import BadInput, BadRecord, UnknownName
from pipelines.sources._records import DeadRecord, Options, open_text
from pipelines.sources._values import Contact

__all__ = ["Contact", "DeadRecord", "Options", "Record", "files", "guess", "known", "read"]

Record = Conversation | Contact | Event
CONTACT = {"name", "email", "handle", "phone"}
SAID = {"text", "body", "message", "description", "subject", "narrative", "date", "created_at"}
MARKS = (
    ("threads", ('"dialogContent"', '"turns"', '"messages"')),
    ("x", ('"author_id"', '"conversation_id"', '"in_reply_to_user_id"', '"edit_history_tweet_ids"')),
    ("zendesk", ('"requester_id"', '"requester"', '"submitter_id"', '"via"')),
)


def known() -> list[str]:
    """The formats: the files of this folder."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))


def files(paths: Iterable[Path]) -> list[Path]:
    """Files as they are, and of folders all files in order of name, hidden ones left out."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found += [p for p in inside if p == path or not any(part.startswith(".") for part in p.relative_to(path).parts)]
    return found


def guess(path: Path) -> tuple[str, str]:
    """(format, why) from the file's name and its first 64 K characters. Raises BadInput where nothing fits."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        return "table", f"the name ends in {suffix}"
    with open_text(path) as stream:
        head = stream.read(1 << 16).lstrip("\ufeff \r\n\t")
    if suffix in (".csv", ".tsv"):
        return _of_header(head.partition("\n")[0], suffix)
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


def _of_header(line: str, suffix: str) -> tuple[str, str]:
    columns = {name.strip(' "\r').lower() for name in re.split(r"[,;\t]", line.replace("\x00", ""))}
    if columns >= {"customer", "event", "at"}:
        return "events", "its columns are customer, event, at"
    if "id" in columns and len(columns & CONTACT) > 1 and not columns & SAID:
        return "customers", f"its columns are id, {', '.join(sorted(columns & CONTACT))} and no text"
    return "table", f"the name ends in {suffix}"


def read(path: Path, options: Options | None = None, *, format: str | None = None) -> Iterator[Record | BadRecord]:
    """Stream a file's conversations, contacts or events; what cannot be read is yielded as a DeadRecord, never raised.

    Of two records with one id the first is kept. Raises UnknownName, BadInput (no such file, no guess), BadSetting.
    """
    name = format or guess(path)[0]
    if name not in known():
        raise UnknownName.of("format", name, known())
    reader = importlib.import_module(f"pipelines.sources.{name}")
    seen: set[str] = set()
    for position, found in enumerate(reader.read(path, options or Options()), start=1):
        if not isinstance(found, Conversation):
            yield found
        elif found.id in seen:
            yield DeadRecord("a second record with this id; the first is kept", "id", found.id, str(path), position)
        else:
            seen.add(found.id)
            yield found
