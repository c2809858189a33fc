"""XES, the event log of process mining (IEEE 1849-2016): a trace a case, an event a row; for journeys alone."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from nlp.errors import BadInput
from pipelines.sinks import Columns, Row, plain

CASE = "case:concept:name"
EXTENSIONS = {"concept": "Concept", "time": "Time"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1849-2016" xes.features="nested-attributes">\n'
TYPES: dict[type, str] = {bool: "boolean", int: "int", float: "float", datetime: "date"}


def write(rows: Iterable[Row], columns: Columns, file: BinaryIO) -> None:
    """Rows of a case must come one after the other. Columns that begin with "case:" are of the trace.

    Raises BadInput for rows that are no event log.
    """
    if CASE not in columns:
        raise BadInput(f"xes is a format for event logs, with a column {CASE}: export journeys, or take csv")
    file.write(HEAD.encode())
    for prefix, name in EXTENSIONS.items():
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        file.write(f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'.encode())
    of_case = [name for name in columns if name.startswith("case:")]
    of_event = [name for name in columns if name not in of_case]
    for _, events in groupby(rows, key=lambda row: row[CASE]):
        file.write(b"<trace>\n")
        for number, row in enumerate(events):
            if not number:
                file.writelines(_attribute(name.removeprefix("case:"), row[name]) for name in of_case)
            file.write(b"<event>\n")
            file.writelines(_attribute(name, row[name]) for name in of_event)
            file.write(b"</event>\n")
        file.write(b"</trace>\n")
    file.write(b"</log>\n")


def _attribute(key: str, value: Any) -> bytes:
    """What is not known is left out."""
    if value is None:
        return b""
    kind = next((tag for type_, tag in TYPES.items() if isinstance(value, type_)), "string")
    told = str(value).lower() if kind == "boolean" else ", ".join(value) if isinstance(value, list) else plain(value)
    return f"<{kind} key={quoteattr(key)} value={quoteattr(_printable(str(told)))}/>\n".encode("utf-8", "replace")


def _printable(text: str) -> str:
    """XML 1.0 has no control characters."""
    return "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text)
