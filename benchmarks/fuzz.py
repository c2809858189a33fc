"""Structure-aware fuzzing of every reader and of the parsers that they share: nothing raises, no good record is lost.

A reader is given three copies of its golden file, the middle one garbled: values that are something else, gone, or cut
off. The first and the third must come out as they do alone. What readers share is fuzzed for longer. Hypothesis draws
the inputs, and makes a failing one small before it is told.
"""

import argparse
import bz2
import copy
import gzip
import io
import itertools
import json
import lzma
import random
import re
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from benchmarks.heading import heading
from benchmarks.shapes import SHAPES, Shape
from nlp.conversation import Conversation
from nlp.errors import BadInput, BadRecord
from pipelines import sources
from pipelines.settings import ROOT, Settings
from pipelines.sources import DeadRecord, Options
from pipelines.sources._mail import parse
from pipelines.sources._records import json_records, lines
from pipelines.sources._reply import new_text
from pipelines.sources._rows import Lines
from pipelines.sources._shape import shape as shape_of
from pipelines.sources._values import from_html
from pipelines.sources._values import time as time_of
from pipelines.vocabulary import vocabulary

RESULT = ROOT / "benchmarks" / "results" / "fuzz.md"
TEXT = st.text(max_size=12) | st.text(
    st.sampled_from("\"\\[]{},:'\n\r\t\x00\ufeff<>&=-_@#;/ aZ0éß中😀\ud800"), max_size=30
)
NUMBER = st.integers() | st.floats() | st.integers(-(10**30), 10**30)
LEAF = (
    st.none()
    | st.booleans()
    | NUMBER
    | TEXT
    | st.sampled_from(["", "2024-05-01T08:00:00Z", "1e999", "-1", "\ufeff", "\u202e"])
)
JUNK = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
PACKERS: tuple[Callable[[bytes], bytes], ...] = (gzip.compress, bz2.compress, lzma.compress)
EXAMPLES = 200
"""In one round; rounds follow one another until the time is over."""
OPTIONS = Options(company="Acme", started_at=datetime(2024, 5, 1, tzinfo=UTC), names=vocabulary(Settings()))
Target = Callable[[st.DataObject], None]


def places(value: Any) -> Iterator[tuple[Any, str | int]]:
    """Every (container, key) within a JSON value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def garbled(data: st.DataObject, record: Any) -> Any:
    """A copy in which a few values are something else, gone, twice, or each other's."""
    record = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 4))):
        spots = list(places(record))
        if not spots:
            break
        container, key = spots[data.draw(st.integers(0, len(spots) - 1))]
        change = data.draw(st.sampled_from(("junk", "gone", "swap", "nest", "mangle")))
        if change == "gone" and isinstance(container, dict):
            del container[key]
        elif change == "swap":
            other, at = spots[data.draw(st.integers(0, len(spots) - 1))]
            container[key] = copy.deepcopy(other[at])
        elif change == "nest":
            container[key] = [container[key]]
        elif change == "mangle" and isinstance(container[key], str):
            container[key] = mangled(data, container[key])
        else:
            container[key] = data.draw(JUNK)
    return record


def mangled(data: st.DataObject, text: str) -> str:
    """A text with a piece gone, said twice, or replaced."""
    start, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    middle = data.draw(TEXT | st.just(text[start:end] * 2) | st.just(""))
    return text[:start] + middle + text[end:]


def damaged(data: st.DataObject, text: str) -> str:
    """A copy's text with lines that are garbled as JSON where they are such, as text elsewhere, or cut off."""
    found = text.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(found) - 1))
        try:
            found[at] = json.dumps(garbled(data, json.loads(found[at]))) + "\n"
        except ValueError:
            found[at] = mangled(data, found[at]).replace("\r", "").rstrip("\n") + "\n"
        if data.draw(st.integers(0, 4)) == 0:
            found[at] = found[at][: data.draw(st.integers(0, len(found[at])))].rstrip("\n") + "\n"
    return "".join(found)


def read(text: str, shape: Shape) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / shape.name
        path.write_bytes(text.encode(shape.encoding, "surrogatepass"))
        try:
            found = list(sources.read(path, OPTIONS, format=shape.format))
        except BadInput:
            return []
    assert all(dead.reason and dead.file for dead in found if isinstance(dead, DeadRecord))
    return found


def said(found: list[Any], shape: Shape) -> dict[str, Any]:
    """Each record by its id; of posts, which another's may join or answer, the words; of mails both."""
    talks = [one for one in found if isinstance(one, Conversation)]
    if shape.posts:
        return {turn.text: turn.text for one in talks for turn in one.turns}
    known = {one.id: {turn.text for turn in one.turns} if shape.held else one for one in talks}
    return known or {repr(one): one for one in found if not isinstance(one, BadRecord)}


def reader(shape: Shape) -> Target:
    """Three copies, the middle one garbled; of a file that is one conversation, itself alone."""
    copies = [shape.copy(n) for n in range(3)]
    whole = said(read(shape.head + "".join(copies), shape), shape)
    own = said(read(shape.head + copies[1], shape), shape)
    third = len(whole) // 3
    kept = dict(itertools.islice(whole.items(), third)) | dict(itertools.islice(whole.items(), 2 * third, None))
    neighbours = {id: one for id, one in whole.items() if id not in own} if shape.posts or shape.held else kept

    def target(data: st.DataObject) -> None:
        middle = damaged(data, copies[1])
        if shape.alone:
            read(middle, shape)
            return
        found = read(shape.head + copies[0] + middle + copies[2], shape)
        if any("second record" in dead.reason for dead in found if isinstance(dead, BadRecord)):
            return  # it took a neighbour's id: the first of two is kept
        known = said(found, shape)
        lost = [id for id, one in neighbours.items() if not _there(known.get(id), one)]
        assert not lost, f"lost or changed: {lost[:3]}"

    return target


def _there(found: Any, wanted: Any) -> bool:
    return bool(found is not None and (wanted <= found if isinstance(wanted, set) else wanted == found))


def json_lines(data: st.DataObject) -> None:
    """Good lines between others: each comes out as json.loads has it; an array's elements before the damage, too."""
    records = data.draw(st.lists(st.dictionaries(TEXT, JUNK, max_size=4), min_size=1, max_size=6))
    texts = [json.dumps(record, ensure_ascii=data.draw(st.booleans())) for record in records]
    bad = [data.draw(TEXT).replace("\n", " ").replace("\r", " ") for _ in range(data.draw(st.integers(0, 2)))]
    wanted = [_plain(text) for text in texts]
    if data.draw(st.booleans()):
        whole = "[" + data.draw(st.sampled_from((",", ", ", ",\n"))).join(texts) + "]"
        found = [record for _, record in json_records(io.StringIO(whole), 10**6)]
        assert found == wanted
        cut = whole[: data.draw(st.integers(1, len(whole)))]
        part = [record for _, record in json_records(io.StringIO(cut), 10**6) if not isinstance(record, BadRecord)]
        assert part == wanted[: len(part)] or cut.strip() in ("[", "[]")
        return
    order = data.draw(st.permutations(texts + ["{" + one for one in bad]))
    found = [record for _, record in json_records(io.StringIO("\n".join(['{"a": 1}', *order])), 10**6)]
    for text, record in zip(texts, wanted, strict=True):
        assert record in found, text


def _plain(text: str) -> Any:
    return json.loads(text, parse_constant=lambda _: None)


def csv_rows(data: st.DataObject) -> None:
    """Rows without quotes lie between any lines: none of them is lost, whatever quotes those open."""
    cells = st.text(st.sampled_from("abc 0é"), min_size=1, max_size=6)
    rows = [[f"r{n}", data.draw(cells)] for n in range(data.draw(st.integers(1, 6)))]
    text = ""
    for row in rows:
        text += ",".join(row) + "\n"
        noise = data.draw(st.text(st.sampled_from('",;\t\n\r\x00ax'), max_size=12) | TEXT)
        text += noise.replace("\r", "").rstrip("\n") + "\n"
    stream = io.StringIO(text, newline="")
    found = list(Lines(lines(stream, 10_000, blank=True), 10_000).rows(delimiter=","))
    kept = [row for row in found if not isinstance(row, BadRecord)]
    assert [row for row in rows if row not in kept] == [] or _closed_later(text), text


def _closed_later(text: str) -> bool:
    """A quote that is closed in a later line makes one cell of all between: that is CSV, and no loss."""
    return text.count('"') > 1


def archives(data: st.DataObject) -> None:
    """Compressed files and archives with bytes changed, cut or added: never an exception but BadInput."""
    text = SHAPES["threads"].copy(1).encode()
    kind = data.draw(st.sampled_from(("stream", "zip", "tar")))
    packed, name = _packed(data, kind, text)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, max(0, len(packed) - 1)))
        noise = data.draw(st.binary(max_size=6))
        packed = packed[:at] + noise + packed[at + data.draw(st.sampled_from((0, len(noise), 40))) :]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(packed)
        for file in sources.files([path]):
            try:
                found = list(sources.read(file, OPTIONS, format="threads"))
            except BadInput:
                continue
            assert all(isinstance(one, Conversation | BadRecord) for one in found)
        assert not list(Path(folder).parent.glob("escaped*"))


def _packed(data: st.DataObject, kind: str, text: bytes) -> tuple[bytes, str]:
    if kind == "stream":
        return data.draw(st.sampled_from(PACKERS))(text), "threads.jsonl.gz"
    names = data.draw(
        st.lists(
            st.sampled_from(("a.jsonl", "b/c.jsonl", "../escaped.jsonl", "/escaped.jsonl", "d.jsonl.gz")),
            max_size=4,
        )
    )
    held = io.BytesIO()
    if kind == "zip":
        with warnings.catch_warnings(), zipfile.ZipFile(held, "w", data.draw(st.sampled_from((0, 8)))) as archive:
            warnings.simplefilter("ignore")  # a name that comes twice is one of the cases
            for name in names:
                archive.writestr(name, gzip.compress(text) if name.endswith(".gz") else text)
        return held.getvalue(), "export.zip"
    with tarfile.open(fileobj=held, mode=data.draw(st.sampled_from(("w", "w:gz")))) as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    return held.getvalue(), "export.tar"


HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "Reply-To", "Received"),
    *("Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted", "X-Gmail-Labels"),
)
VALUES = TEXT | st.sampled_from(
    (
        *("Ann <a@example.org>", '"A, B" <x@y>, =?utf-8?b?w6k=?= <z@w>', "=?x?q?=FF?=", "<a@b> <c@d>"),
        *("Wed, 01 May 2024 08:00:00 +0000", "auto-replied", "base64", "quoted-printable"),
        *("multipart/mixed; boundary=b", "text/html; charset=utf-7", 'text/plain; charset="\x00"'),
    )
)


def mails(data: st.DataObject) -> None:
    """Mails of any headers and bodies: each is read or refused."""
    headers = data.draw(st.lists(st.tuples(st.sampled_from(HEADERS), VALUES), max_size=8))
    body = data.draw(
        TEXT | st.sampled_from(("--b\nContent-Type: text/plain\n\nhi\n--b--", "aGk=", "=E9=", "<p>a</p>> b"))
    )
    text = "".join(f"{name}: {value}\n" for name, value in headers) + "\n" + mangled(data, body)
    try:
        found = parse(text.encode("utf-8", "surrogatepass"))
    except BadRecord:
        return
    assert isinstance(found.text, str)
    found.text.encode()


PARTS = TEXT | st.sampled_from(
    (
        *("<p>", "</p>", "<blockquote>", "</blockquote>", '<div class="gmail_quote">', "<br>", "<script>"),
        *("&amp;", "&#0;", "&#xd800;", "<!--", "-->", "<![CDATA[", "<", ">", "=3D", "\n", "my parcel is late. "),
        *("On Mon, Ann wrote:\n", "> quoted\n", "-- \n", "Sent from my iPhone\n", "From: a\nSent: b\n"),
        "Best regards,\nAnn\n",
    )
)


def replies(data: st.DataObject) -> None:
    """HTML and text of mails: what is cut is cut in time, what was said first stays, nothing is invented."""
    body = "The lamp is broken. " * data.draw(st.integers(0, 1)) + "".join(data.draw(st.lists(PARTS, max_size=40)))
    start = time.perf_counter()
    text = new_text(from_html(body))
    assert time.perf_counter() - start < 2
    text.encode()
    if body.startswith("The lamp is broken. ") and body.strip() != "The lamp is broken.":
        assert text.startswith("The lamp is broken."), text


def values(data: st.DataObject) -> None:
    """Any value as a time is an aware time in UTC, or refused; any text has a shape."""
    value = data.draw(JUNK | st.datetimes().map(str) | st.datetimes().map(lambda at: at.isoformat() + "+14:00") | TEXT)
    try:
        found, _ = time_of(value, "at", ZoneInfo("Europe/Paris"))
    except BadRecord:
        found = datetime.now(UTC)
    assert found.utcoffset() is not None
    shape_of(data.draw(TEXT) + json.dumps(data.draw(JUNK)))


SHARED: dict[str, Target] = {
    "JSON records": json_lines,
    "CSV rows": csv_rows,
    "compressed files and archives": archives,
    "mails": mails,
    "HTML and replies": replies,
    "times and shapes": values,
}


def targets() -> dict[str, Target]:
    return {**SHARED, **{f"reader {name}": reader(shape) for name, shape in SHAPES.items()}}


def fuzz(target: Target, *, seconds: float, begin: int, most: int = EXAMPLES) -> tuple[int, float, str]:
    """(examples, seconds, "" or how it failed) of rounds with seeds of their own until the time is over."""
    tried, start, number = 0, time.perf_counter(), begin
    while time.perf_counter() - start < seconds:

        @seed(number)
        @settings(max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(data=st.data())
        def run(data: st.DataObject) -> None:
            nonlocal tried
            tried += 1
            target(data)

        try:
            run()
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            return tried, time.perf_counter() - start, f"{type(error).__name__}: {error}"
        number += 1
    return tried, time.perf_counter() - start, ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=float, default=600, help="seconds for each shared parser")
    parser.add_argument("--reader", type=float, default=60, help="seconds for each reader")
    parser.add_argument("--only", default="", help="targets whose name has this in it; the others' results stay")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="of the first round")
    told = parser.parse_args()
    known = _known()
    for name, target in targets().items():
        if not (name == told.only or (told.only not in SHARED and told.only in name)):
            continue
        tried, took, failed = fuzz(target, seconds=told.shared if name in SHARED else told.reader, begin=told.seed)
        known = _known() | {name: f"| {name} | {took / 60:.1f} | {tried:,} | {_cell(failed) or 'none'} |"}
        _write(known, told.seed)
        print(known[name], flush=True)


def _cell(text: str) -> str:
    return re.sub(r"[\n|]+", " ", text)[:200]


def _known() -> dict[str, str]:
    rows = RESULT.read_text("utf-8").splitlines() if RESULT.is_file() else []
    return {row.split("|")[1].strip(): row for row in rows if row.startswith("| ") and not row.startswith("| what")}


def _write(rows: dict[str, str], begin: int) -> None:
    head = heading("Fuzzing", command="python -m benchmarks.fuzz", seed=begin)
    note = "No exception is uncaught and no good record lost where the last column says none.\n"
    order = [name for name in (*SHARED, *(f"reader {name}" for name in SHAPES)) if name in rows]
    table = ["| what | minutes | inputs | failures |", "|---|---|---|---|", *(rows[name] for name in order)]
    RESULT.write_text("\n".join([head, note, *table, ""]), "utf-8")


if __name__ == "__main__":
    main()
