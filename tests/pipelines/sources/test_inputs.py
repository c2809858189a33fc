"""Where files come from: compressed, in archives, folders and patterns, from standard input; and what they are."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.conversation import Conversation
from nlp.errors import BadInput
from pipelines import sources
from pipelines.sources import DeadRecord, _held, _inputs, _packed
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
    _held.forget()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(json.dumps([THREAD]).encode()))))
    assert sources.files([Path("-")]) == [Path("-")]
    assert sources.guess(Path("-"))[0] == "threads"
    assert conversations(Path("-")) == ["threads:t"]
    _held.forget()


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
        assert list(sources.read(path, format="table")) is not None
        with suppress(BadInput):  # noise that begins as an archive does: no format can be guessed
            assert list(sources.read(path)) is not None


def tarred(path: Path, files: dict[str, bytes], mode: str = "w", link: str = "") -> Path:
    with tarfile.open(path, mode) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        if link:
            info = tarfile.TarInfo("link.json")
            info.type, info.linkname = tarfile.SYMTYPE, link
            tar.addfile(info)
    return path


@pytest.mark.parametrize(
    ("suffix", "mode"), [(".tar", "w"), (".tar.gz", "w:gz"), (".tar.xz", "w:xz"), (".tgz", "w:gz")]
)
def test_a_tar_is_read_like_a_folder_without_its_links(tmp_path: Path, suffix: str, mode: str) -> None:
    files = {"b/rows.csv.gz": gzip.compress(ROWS), "a.json": json.dumps([THREAD]).encode(), ".hidden": b"junk"}
    archive = tarred(tmp_path / f"export{suffix}", files, mode, link="/etc/passwd")
    found = sources.files([archive])
    assert found == [archive / "a.json", archive / "b" / "rows.csv.gz"]
    assert [len(conversations(path)) for path in found] == [1, 50]
    assert [_inputs.beside(path)[0] for path in found] == [[found[0]], [found[1]]]
    assert _inputs.digest(found[0])[1] == len(files["a.json"])


@pytest.mark.parametrize("name", ["../secret.json", "/secret.json", "a/../../secret.json", "..\\secret.json"])
def test_a_name_that_leads_out_of_an_archive_stays_within_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.json").write_text(json.dumps([THREAD | {"id": "outside"}]))
    inside = json.dumps([THREAD]).encode()
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as files:
        files.writestr(zipfile.ZipInfo(name), inside)
    for archive in (tmp_path / "export.zip", tarred(tmp_path / "export.tar", {name: inside})):
        (path,) = sources.files([archive])
        assert path.is_relative_to(archive)
        assert conversations(path) == ["threads:t"]


def test_what_swells_like_a_bomb_is_read_as_far_as_texts_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_packed, "FREE", 10_000)
    bomb = (json.dumps([THREAD]) + " " * 50_000_000).encode()
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("a.json", bomb)
    (tmp_path / "bomb.json.gz").write_bytes(gzip.compress(bomb))
    for path in (tmp_path / "bomb.zip" / "a.json", tmp_path / "bomb.json.gz"):
        found = list(sources.read(path))
        assert [one.id for one in found if isinstance(one, Conversation)] == ["threads:t"]
        assert isinstance(found[-1], DeadRecord)
        assert "unpacks to more than" in found[-1].reason
    tarred(tmp_path / "bomb.tar.gz", {"a.json": bomb}, "w:gz")
    assert sources.files([tmp_path / "bomb.tar.gz"]) == [tmp_path / "bomb.tar.gz"]
    with pytest.raises(BadInput, match="the archive cannot be read: it unpacks to more than"):
        sources.guess(tmp_path / "bomb.tar.gz")


def test_a_damaged_archive_is_told_when_it_is_read_and_stops_no_other(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as files:
        files.writestr("a.json", json.dumps([THREAD]))
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(data[:-30])
    (tmp_path / "b.json").write_text(json.dumps([THREAD]))
    assert sources.files([tmp_path]) == [tmp_path / "a.zip", tmp_path / "b.json"]
    with pytest.raises(BadInput, match="the archive cannot be read"):
        sources.guess(tmp_path / "a.zip")
