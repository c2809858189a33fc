"""Where files come from: compressed, in archives, folders and patterns, from standard input; and what they are."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.conversation import Conversation
from nlp.errors import BadInput
from pipelines import sources
from pipelines.sources import DeadRecord, _inputs
from pipelines.sources._shape import shape

ROWS = b"id,text,date\n" + b"".join(b"%d,Where is it?,2024-05-01\n" % number for number in range(50))
THREAD = {"id": "t", "started_at": 1714554000, "turns": [{"speaker": "customer", "text": "hi"}]}


def conversations(path: Path) -> list[str]:
    return [found.id for found in sources.read(path) if isinstance(found, Conversation)]


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_a_compressed_file_is_read_as_the_file_within(
    tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / f"rows.csv{suffix}"
    path.write_bytes(pack(ROWS))
    assert sources.guess(path) == ("table", "the name ends in .csv")
    assert len(conversations(path)) == 50


@pytest.mark.parametrize("cut", [0.5, 0.9, 0.999])
def test_a_compressed_file_that_breaks_off_keeps_what_lies_before_and_says_so(tmp_path: Path, cut: float) -> None:
    lines = "\n".join(json.dumps(THREAD | {"id": f"{number:x}" * 9}) for number in range(4000)).encode()
    whole = gzip.compress(lines)
    path = tmp_path / "threads.jsonl.gz"
    path.write_bytes(whole[: int(len(whole) * cut)])
    found = list(sources.read(path, format="threads"))
    good = sum(isinstance(item, Conversation) for item in found)
    assert good > 4000 * cut * 0.8
    last = found[-1]
    assert isinstance(last, DeadRecord)
    assert (last.file, last.record) == (str(path), 0)
    assert "damaged" in last.reason


def test_the_files_of_an_archive_are_read_by_their_own_names(tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("b/rows.csv.gz", gzip.compress(ROWS))
        files.writestr("a.json", json.dumps([THREAD]))
        files.writestr("__MACOSX/a.json", "junk")
        files.writestr(".hidden", "junk")
    found = sources.files([archive])
    assert found == [archive / "a.json", archive / "b" / "rows.csv.gz"]
    assert sources.files([tmp_path]) == found
    assert [len(conversations(path)) for path in found] == [1, 50]
    assert not sources.exists(archive / "c.json")


def test_a_pattern_names_files_and_folders(tmp_path: Path) -> None:
    for name in ("a.json", "deep/er/b.json", "c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert [p.name for p in sources.files([tmp_path / "*.json"])] == ["a.json"]
    assert [p.name for p in sources.files([tmp_path / "**" / "*.json"])] == ["a.json", "b.json"]
    assert [p.name for p in sources.files([tmp_path / "d*"])] == ["b.json"]
    assert not any(map(sources.exists, sources.files([tmp_path / "none*"])))


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    _inputs._standard_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(json.dumps([THREAD]).encode()))))
    assert sources.files([Path("-")]) == [Path("-")]
    assert sources.guess(Path("-"))[0] == "threads"
    assert conversations(Path("-")) == ["threads:t"]
    _inputs._standard_input.cache_clear()


def test_a_locked_archive_is_bad_input(tmp_path: Path) -> None:
    archive = tmp_path / "locked.zip"
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("a.json", json.dumps([THREAD]))
    data = bytearray(archive.read_bytes())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):  # set the flag that says: encrypted
        data[data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    archive.write_bytes(data)
    with pytest.raises(BadInput, match="cannot be opened"):
        sources.guess(archive / "a.json")


def test_a_shape_is_the_paths_of_keys_whatever_the_texts_say() -> None:
    text = json.dumps([{"data": {"kind": "t3", "said": '{"via": "x", "requester_id": 1}'}}, {"tags": ["a"]}])
    assert shape(text) == {
        "data",
        "data.kind",
        "data.kind=t3",
        "data.said",
        "tags",
        "tags=a",
        'data.said={\\"via\\": \\"x\\", \\"requester_id\\": 1}',
    }


def test_a_broken_line_does_not_hide_the_shape_of_the_next() -> None:
    assert {"a", "b", "b.c"} <= shape('{"a": {"x": [1,\n{"b": {"c": 1}}\n')


@given(st.binary(max_size=300), st.integers(0, 400), st.sampled_from([gzip.compress, bz2.compress, lzma.compress]))
@settings(max_examples=100, deadline=None)
def test_no_damage_raises_anything(noise: bytes, at: int, pack: Callable[[bytes], bytes]) -> None:
    data = pack(ROWS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv.gz"
        path.write_bytes(data[:at] + noise + data[at + len(noise) :])
        assert list(sources.read(path)) is not None
