"""s3:// is read like a folder. Needs a server that speaks S3 on loopback, such as moto's: `moto_server -p 5555`, and
FRICTIONARY_TEST_S3=http://127.0.0.1:5555 (its own environment: it needs other versions of what is here)."""

import gzip
import json
import os
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest

from nlp.conversation import Conversation
from nlp.errors import BadInput
from pipelines import sources
from pipelines.ingest import ingest
from pipelines.protect import Protector
from pipelines.runlog import logged
from pipelines.settings import Settings
from pipelines.sources import _remote
from pipelines.stores import open_store

ENDPOINT = os.environ.get("FRICTIONARY_TEST_S3", "")
NAMES = ("d.json", "broken.zip")
THREAD = {"id": "t", "started_at": 1714554000, "turns": [{"speaker": "customer", "text": "hi"}]}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if not ENDPOINT:
        pytest.skip("no server that speaks S3 to test on: FRICTIONARY_TEST_S3")
    from pyarrow.fs import S3FileSystem

    for name, value in (("ACCESS_KEY_ID", "test"), ("SECRET_ACCESS_KEY", "test"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", ENDPOINT)
    _remote._system.cache_clear()
    name = f"test-{uuid4().hex[:12]}"
    system = S3FileSystem(**_remote._endpoint(), allow_bucket_creation=True, allow_bucket_deletion=True)
    system.create_dir(name)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("c.json", json.dumps([THREAD]))
    held = {
        "may/a.jsonl.gz": gzip.compress(json.dumps(THREAD).encode()),
        "may/b.json": json.dumps([THREAD]).encode(),
        "may/deep/export.zip": packed.getvalue(),
        "may/.hidden": b"junk",
        "june/broken.zip": packed.getvalue()[:40],
        "june/d.json": json.dumps([THREAD]).encode(),
    }
    for key, data in held.items():
        with system.open_output_stream(f"{name}/{key}", compression=None) as stream:
            stream.write(data)
    yield name
    system.delete_dir(name)
    _remote._system.cache_clear()


def test_objects_prefixes_patterns_and_archives_are_read(bucket: str) -> None:
    may = Path(f"s3://{bucket}/may")
    found = sources.files([may])
    assert found == [may / "a.jsonl.gz", may / "b.json", may / "deep" / "export.zip" / "c.json"]
    for path in found:
        assert sources.exists(path)
        assert [one.id for one in sources.read(path) if isinstance(one, Conversation)] == ["threads:t"]
        assert len(sources.digest(path)[0]) == 64
    assert sources.files([Path(f"s3://{bucket}/*/*.json")]) == [Path(f"s3://{bucket}/june/d.json"), may / "b.json"]
    assert sources.files([Path(f"s3://{bucket}")])[:2] == [Path(f"s3://{bucket}/june/{name}") for name in sorted(NAMES)]


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (Path("s3://acme/may/a.json"), "s3://acme/may/a.json"),
        ("s3:///acme", "s3://acme"),
        (Path("exports/s3:/a.json"), "exports/s3:/a.json"),
        (Path("/exports/a.json"), "/exports/a.json"),
    ],
)
def test_an_object_is_told_by_its_address_and_a_file_by_its_path(path: Path | str, written: str) -> None:
    assert sources.address(path) == written
    assert sources.DeadRecord("no turns", file=str(path)).file == written


def test_what_cannot_be_read_of_a_bucket_is_told_by_its_address(bucket: str, tmp_path: Path) -> None:
    settings = Settings(dead_letters=tmp_path / "dead.jsonl")
    june = [Path(f"s3://{bucket}/june/d.json"), Path(f"s3://{bucket}/june/broken.zip")]
    with open_store(f"sqlite:///{tmp_path}/s3.db") as store:
        with logged(store, versions={}) as log:
            ingest(june, store=store, protect=Protector(b"key", names=False), settings=settings, run=log.run.id)
        assert [one.name for one in store.runs.inputs(log.run.id)] == [f"s3://{bucket}/june/{name}" for name in NAMES]
    (letter,) = map(json.loads, settings.dead_letters.read_text("utf-8").splitlines())
    assert letter["file"] == f"s3://{bucket}/june/broken.zip"
    assert letter["reason"] == "the archive cannot be read: File is not a zip file"
    with pytest.raises(BadInput, match=f"no such file: s3://{bucket}/none.json"):
        ingest([Path(f"s3://{bucket}/none.json")], store=store, protect=Protector(b"key"), settings=settings)


def test_an_object_that_is_not_there_is_no_file(bucket: str) -> None:
    missing = Path(f"s3://{bucket}/none.json")
    assert sources.files([missing]) == [missing]
    assert not sources.exists(missing)
    with pytest.raises(BadInput, match=f"s3://{bucket}/none.json"):
        sources.guess(missing)
