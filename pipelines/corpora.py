"""The catalogue of public corpora: where each comes from, whether it lies here unharmed, and how to get it."""

import hashlib
import os
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.errors import BadInput, NotFound, UnknownName
from pipelines.settings import ROOT

CATALOGUE = ROOT / "corpora" / "catalogue.toml"
CHUNK = 1 << 16
PATIENCE = 30.0
"""Seconds without an answer before a download is given up."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a corpus; `path` is its address under the corpus's `url`."""

    name: str
    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """`url` is empty where no stable address is known; `by_hand` then says how to get the files."""

    name: str
    what: str
    rows: str
    licence: str
    source: str
    files: tuple[File, ...]
    url: str = ""
    by_hand: str = ""


def catalogue(path: Path = CATALOGUE) -> tuple[Corpus, ...]:
    """All corpora, by name. Raises BadInput naming the corpus and the field."""
    data = tomllib.loads(path.read_text("utf-8"))
    return tuple(sorted((_corpus(row, path) for row in data.get("corpus", [])), key=lambda corpus: corpus.name))


def _corpus(row: Mapping[str, Any], path: Path) -> Corpus:
    try:
        files = tuple(File(f["name"], f.get("path", f["name"]), int(f["bytes"]), f["sha256"]) for f in row["files"])
        corpus = Corpus(**{**row, "files": files})
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: corpus {row.get('name')!r}: a field is missing or unknown: {error}") from error
    if any(name != Path(name).name for name in (corpus.name, *(f.name for f in files))):
        raise BadInput(f"{path}: corpus {corpus.name!r}: a name may not lead out of the folder")
    if corpus.url and not corpus.url.startswith(("https://", "http://")):
        raise BadInput(f"{path}: corpus {corpus.name!r}: url {corpus.url!r} must begin with https:// or http://")
    return corpus


def find(name: str, corpora: tuple[Corpus, ...] | None = None) -> Corpus:
    """The corpus of that name. Raises UnknownName listing the known ones."""
    known = {corpus.name: corpus for corpus in corpora or catalogue()}
    if name not in known:
        raise UnknownName.of("corpus", name, known)
    return known[name]


def states(corpus: Corpus, folder: Path, *, thorough: bool) -> dict[str, str]:
    """File -> "found", "missing" or "changed" (by size, and by sha256 where `thorough`)."""
    return {file.name: _state(folder / corpus.name / file.name, file, thorough=thorough) for file in corpus.files}


def _state(path: Path, file: File, *, thorough: bool) -> str:
    if not path.is_file():
        return "missing"
    same = path.stat().st_size == file.bytes and (not thorough or digest(path) == file.sha256)
    return "found" if same else "changed"


def digest(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def located(name: str, folder: Path) -> Path:
    """The corpus's folder. Raises NotFound naming the corpus, the missing file, the folder looked in and the remedy."""
    corpus = find(name)
    missing = [file.name for file in corpus.files if not (folder / name / file.name).is_file()]
    if missing:
        remedy = f"run `frictionary corpora fetch {name}`" if corpus.url else f"see {corpus.source}: {corpus.by_hand}"
        raise NotFound(
            f"corpus {name!r} is not in {folder / name} ({missing[0]} is missing): {remedy}; "
            "FRICTIONARY_CORPORA names another folder"
        )
    return folder / name


def fetch(corpus: Corpus, folder: Path, *, progress: Callable[[int], None] | None = None) -> Iterator[tuple[str, str]]:
    """Download what is missing or changed; yields (file, "found" or "fetched") as each is done.

    A file is written beside its place, taken up again where a download broke off, compared with its sha256 and only
    then put in its place. Raises NotFound where no address is known, BadInput where the source does not answer or
    sends other bytes.
    """
    if not corpus.url:
        raise NotFound(f"no address of {corpus.name!r} is known; by hand, from {corpus.source}: {corpus.by_hand}")
    (folder / corpus.name).mkdir(parents=True, exist_ok=True)
    for file in corpus.files:
        place = folder / corpus.name / file.name
        if _state(place, file, thorough=True) == "found":
            yield file.name, "found"
            continue
        part = place.with_name(place.name + ".part")
        _download(corpus.url + file.path, part, file, progress)
        if digest(part) != file.sha256:
            found = digest(part)
            part.unlink()
            raise BadInput(
                f"{corpus.url + file.path}: sha256 {found}, but the catalogue has {file.sha256}: the source has "
                f"changed or the download was tampered with; nothing was kept. See {corpus.source}"
            )
        os.replace(part, place)
        yield file.name, "fetched"


def _download(url: str, part: Path, file: File, progress: Callable[[int], None] | None) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have >= file.bytes:
        part.unlink()
        have = 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 (checked)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 (http or https, checked)
            resumed = answer.status == 206
            with part.open("ab" if resumed else "wb") as out:
                left = file.bytes - (have if resumed else 0)
                while left >= 0 and (chunk := answer.read(CHUNK)):
                    left -= out.write(chunk)
                    if progress:
                        progress(len(chunk))
    except (OSError, urllib.error.URLError) as error:
        raise BadInput(f"{url}: cannot be downloaded: {error}; run it again to go on where it broke off") from error
