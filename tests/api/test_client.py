"""The client talks to a real server, again where it is told to wait; what the documents show runs as it stands."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import typing
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from api import client
from api.app import create_app
from api.client import AsyncFrictionary, Frictionary, Refused
from pipelines import api_keys
from pipelines.annotate import Annotator
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store

Served = Callable[[FastAPI], AbstractContextManager[str]]
TALK = {"started_at": "2026-03-02T09:00:00Z", "turns": [{"speaker": "customer", "text": "My refund is late again."}]}
FENCE = re.compile(r"^```(python|js|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SNIPPETS = FENCE.findall((ROOT / "docs" / "clients.md").read_text("utf-8"))
RUN = {"python": [sys.executable, "-"], "js": ["node", "--input-type=module", "-"], "sh": ["sh", "-e", "-s"]}
SHAPES = {
    "Finding": client.Finding,
    "Received": client.Received,
    "ConversationHead": client.Conversation,
    "SegmentOut": client.Segment,
    "HitOut": client.Hit,
    "ThemeOut": client.Theme,
    "CustomerOut": client.Customer,
    "JobOut": client.Job,
}


@dataclass
class Place:
    address: str
    key: str


@pytest.fixture(scope="module")
def place(
    settings: Settings, annotator: Annotator, served: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("client")
    own = replace(settings, store=f"sqlite:///{folder}/own.db", auth="required", job_files=folder / "files")
    with open_store(own.store) as store:
        _, token = api_keys.create(store, "client", ["admin"], by="test", at=datetime.now(UTC))
        with served(create_app(store, own, annotator)) as address:
            yield Place(address, token)


@pytest.fixture
def api(place: Place) -> Iterator[Frictionary]:
    with Frictionary(place.address, key=place.key) as opened:
        yield opened


def test_what_is_taken_in_is_found_again_page_after_page(api: Frictionary) -> None:
    taken = api.take([TALK | {"id": f"p{n}"} for n in range(5)], source="shop")
    assert taken["ids"] == [f"shop:p{n}" for n in range(5)]
    ids = [talk["id"] for talk in api.conversations(source="shop", limit=2)]
    assert sorted(ids) == sorted(taken["ids"])
    assert api.conversation("shop:p1")["turns"][0]["text"] == "My refund is late again."
    assert {hit["conversation"] for hit in api.search("refunds", mode="text", source="shop", limit=2)} == set(ids)
    assert {segment["conversation"] for segment in api.segments(source="shop")} == set(ids)
    since = datetime(2026, 4, 1, tzinfo=UTC)
    assert list(api.conversations(source="shop", since=since)) == []


def test_jobs_are_waited_for_and_tables_written_to_files(api: Frictionary, tmp_path: Path) -> None:
    api.take(TALK | {"id": "1"})
    done = api.wait(api.ask("export", table="signals", format="csv"), timeout=60)
    assert (done["state"], done["result"]["rows"] > 0) == ("done", True)
    size = api.export("signals", tmp_path / "signals.parquet")
    assert size == (tmp_path / "signals.parquet").stat().st_size
    assert pq.read_table(tmp_path / "signals.parquet").num_rows >= 1
    with pytest.raises(Refused, match="422"):
        api.export("signals", tmp_path / "none.csv", format="csv", stage="limbo")
    assert [path.name for path in tmp_path.iterdir()] == ["signals.parquet"]


def test_a_refusal_says_why(api: Frictionary, place: Place) -> None:
    with pytest.raises(Refused, match="404 Not Found: no theme 't99'"):
        api.theme("t99")
    with pytest.raises(Refused) as refused:
        list(api.conversations(channel="fax"))
    assert (refused.value.status, refused.value.errors[0]["field"]) == (422, "query.channel")
    with Frictionary(place.address) as stranger, pytest.raises(Refused, match="401"):
        stranger.analyze("hello")


def test_a_file_is_taken_in(api: Frictionary, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("id,text,created_at\n1,It is late,2026-10-01\n", "utf-8")
    assert api.ingest(tmp_path / "export.csv", source="file")["counts"]["added"] == 1


def test_the_same_is_done_without_waiting(place: Place) -> None:
    async def ask() -> tuple[Any, ...]:
        async with AsyncFrictionary(place.address, key=place.key) as api:
            found = await asyncio.gather(*(api.analyze(text) for text in ("it is late", "thanks")))
            taken = await api.take(TALK | {"id": "async"}, source="shop")
            pages = [talk["id"] async for talk in api.conversations(source="shop", limit=1)]
            job = await api.wait(await api.ask("features"), timeout=60)
            with pytest.raises(Refused, match="404"):
                await api.theme("t99")
            return [len(one["results"]) for one in found], taken["ids"][0] in pages, job["state"]

    assert asyncio.run(ask()) == ([1, 1], True, "done")


def busy(times: int, seen: list[str]) -> FastAPI:
    """A server that is too busy so many times."""
    app = FastAPI()

    @app.post("/v1/edits")
    def edits(request: Request) -> JSONResponse:
        seen.append(request.headers.get("idempotency-key", ""))
        if len(seen) <= times:
            return JSONResponse({"status": 429, "title": "Busy", "detail": "later"}, 429, {"retry-after": "0"})
        return JSONResponse({"number": 1})

    return app


def test_who_is_told_to_wait_asks_again_with_the_same_key(served: Served) -> None:
    seen: list[str] = []
    with served(busy(2, seen)) as address, Frictionary(address) as api:
        assert api.edit_theme("pin", theme="t1") == {"number": 1}
        assert (len(seen), len(set(seen)), len(seen[0])) == (3, 1, 32)
        api.edit_theme("pin", theme="t1")
        assert len(set(seen)) == 2
    seen.clear()
    with served(busy(9, seen)) as address, Frictionary(address, retries=2) as api:
        with pytest.raises(Refused, match="429 Busy: later"):
            api.edit_theme("pin", theme="t1")
        assert len(seen) == 3


def test_a_server_that_is_not_there_is_told_after_the_tries() -> None:
    with Frictionary("http://127.0.0.1:9", retries=1) as api, pytest.raises(httpx.TransportError):
        api.analyze("hello")


def test_what_the_client_names_the_api_tells(api: Frictionary) -> None:
    schemas = api.get("/openapi.json")["components"]["schemas"]
    for name, shape in SHAPES.items():
        assert set(typing.get_type_hints(shape)) - set(schemas[name]["properties"]) == set(), name


@pytest.mark.parametrize(("language", "code"), SNIPPETS, ids=[f"{n} {one[0]}" for n, one in enumerate(SNIPPETS)])
def test_what_the_documents_show_runs_as_it_stands(place: Place, language: str, code: str) -> None:
    if shutil.which(RUN[language][0]) is None:
        pytest.skip(f"{RUN[language][0]} is not installed")
    environment = {**os.environ, "API_URL": place.address, "API_KEY": place.key}
    told = subprocess.run(
        RUN[language], input=code, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (told.returncode, told.stdout != "") == (0, True), told.stderr
