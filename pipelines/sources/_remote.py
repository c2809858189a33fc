"""Objects in S3 and what speaks like it, through fsspec over Arrow's own client: "s3://bucket/key"."""

import os
import shutil
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from nlp.errors import BadInput, MissingDependency
from pipelines.sources._held import held

SCHEME = "s3:"


def is_remote(path: Path) -> bool:
    return path.parts[:1] == (SCHEME,)


def address(path: Path | str) -> str:
    """A path as people write it: an object's s3://bucket/key, of which a Path keeps one slash alone."""
    text = str(path)
    return f"{SCHEME}//{text[len(SCHEME) :].lstrip('/')}" if text.startswith(f"{SCHEME}/") else text


def exists(path: Path) -> bool:
    return bool(_asked(path, "isfile", _key(path)))


def below(path: Path) -> list[Path]:
    """All objects below a bucket or prefix, by name; [] where there are none."""
    found = _asked(path, "find", _key(path))
    return [_path(key) for key in sorted(found) if not key.endswith("/")]


def matching(path: Path) -> list[Path]:
    """The objects that a pattern stands for, by name."""
    return [_path(key) for key in sorted(_asked(path, "glob", _key(path)))]


def stamp(path: Path) -> tuple[Any, ...]:
    """What changes when an object does."""
    told = _asked(path, "info", _key(path))
    return told.get("size"), str(told.get("mtime"))


def opened(path: Path) -> BufferedReader:
    """An object's bytes. They are fetched once and held, since a file is read more than once. Raises BadInput."""
    key = _key(path)

    def fill(copy: IO[bytes]) -> None:
        with _system().open(key, "rb") as stream:
            shutil.copyfileobj(stream, copy, 1 << 20)

    try:
        return held((key, stamp(path)), fill)
    except OSError as error:
        raise _refused(path, error) from error


def _key(path: Path) -> str:
    return "/".join(path.parts[1:])


def _path(key: str) -> Path:
    return Path(f"{SCHEME}/{key}")


def _asked(path: Path, what: str, key: str) -> Any:
    try:
        return getattr(_system(), what)(key)
    except FileNotFoundError:
        return {} if what == "info" else []
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> BadInput:
    return BadInput(f"{address(path)}: {error}; keys, region and endpoint are AWS's own variables (AWS_PROFILE, …)")


@cache
def _system() -> Any:
    """Raises MissingDependency. Arrow's client: AWS's own needs other versions of what is here."""
    try:
        from fsspec.implementations.arrow import ArrowFSWrapper
        from pyarrow.fs import S3FileSystem
    except ImportError as error:
        raise MissingDependency.of("s3://", "fsspec", "s3") from error
    return ArrowFSWrapper(S3FileSystem(**_endpoint()))


def _endpoint() -> dict[str, str]:
    """Arrow takes keys and region from AWS's own variables and files, and of these the endpoint not."""
    url = urlsplit(os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or "")
    return {"endpoint_override": url.netloc, "scheme": url.scheme} if url.netloc else {}
