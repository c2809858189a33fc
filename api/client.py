"""A client of the API, for programs in Python: needs httpx alone, so that this one file may be copied.

    with Frictionary("http://127.0.0.1:8000", key="fk_…") as api:
        for theme in api.themes(channel="call"):
            print(theme["name"], theme["conversations"])

`AsyncFrictionary` does the same with `await` and `async for`. What is answered comes as the API tells it: dicts, whose
keys the TypedDicts below name; more may come with later versions. Lists are iterators that fetch page after page.
An answer of 429 or 503, or none at all, is asked for again, after as long as the server says; writes carry an
idempotency key, so that they are done once. Any other error is raised as a `Refused`.
"""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, TypedDict

import httpx

RETRIES = 5
LONGEST = 30.0
"""Seconds between two tries at most, unless the server asks for more."""
AGAIN = (429, 503)
OVER = ("done", "failed", "cancelled", "interrupted")


class Guess(TypedDict):
    name: str
    confidence: float


class Finding(TypedDict):
    """What was found in a text or segment; docs/api.md tells each field."""

    id: str
    intent: str
    confidence: float
    abstained: bool
    intents: list[Guess]
    sentiment: float
    sentiment_class: str
    friction: float
    effort: float
    leaving: float
    stage: str
    theme: str | None
    language: str


class Analysis(TypedDict):
    results: list[Finding]


class Received(TypedDict):
    ids: list[str]
    counts: dict[str, int]
    problems: list[dict[str, Any]]


class Conversation(TypedDict):
    id: str
    source: str
    channel: str
    customer: str
    started_at: str
    opening: str
    summary: dict[str, Any] | None


class Segment(Finding):
    conversation: str
    channel: str
    customer: str
    at: str
    text: str


class Hit(TypedDict):
    conversation: str
    turn: int
    speaker: str
    at: str
    text: str
    start: int
    end: int
    highlights: list[dict[str, int]]
    score: float
    by: list[str]


class Theme(TypedDict):
    id: str
    name: str
    description: str
    conversations: int
    customers: int
    friction: float | None
    sentiment: float | None


class Customer(TypedDict):
    id: str
    conversations: int
    channels: list[str]
    stage: str | None


class Job(TypedDict):
    id: str
    kind: str
    state: str
    step: str
    done: int
    total: int | None
    result: dict[str, Any]
    error: str
    file: str | None


class Refused(Exception):
    """The API would not, or could not: its problem (RFC 9457). `errors` has a field, value and reason each."""

    def __init__(self, status: int, title: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(status, title, detail, errors)
        self.status, self.title, self.detail, self.errors = status, title, detail, list(errors)

    def __str__(self) -> str:
        return f"{self.status} {self.title}: {self.detail}"


@dataclass(frozen=True)
class Call:
    """One request. `once`: it changes something, and carries a key that lets it be sent again."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    files: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    once: bool = False

    def sent(self) -> dict[str, Any]:
        """What httpx is told, with one key for all tries."""
        headers = {**self.headers, **({"idempotency-key": uuid.uuid4().hex} if self.once else {})}
        query = {name: _plain(value) for name, value in self.query.items() if value is not None}
        told = {"params": query or None, "json": self.body, "files": self.files, "data": self.form, "headers": headers}
        return {name: value for name, value in told.items() if value is not None}


class _Calls:
    """What can be asked, whichever way it is sent."""

    @staticmethod
    def analysis(
        text: str | None,
        texts: Sequence[str] | None,
        conversation: Mapping[str, Any] | None,
        options: Mapping[str, Any],
    ) -> Call:
        given = {"text": text, "texts": texts and list(texts), "conversation": conversation}
        body = {name: value for name, value in given.items() if value is not None} | dict(options)
        return Call("POST", "/v1/analyze", body=body)

    @staticmethod
    def taking(conversations: Any, source: str, later: bool) -> Call:
        headers = {"prefer": "respond-async"} if later else {}
        query = {"source": source or None}
        return Call("POST", "/v1/conversations", query=query, body=conversations, headers=headers, once=True)

    @staticmethod
    def file(path: Path, format: str, source: str) -> Call:
        files, form = {"file": (path.name, path.read_bytes())}, {"format": format, "source": source}
        return Call("POST", "/v1/ingest", files=files, form=form, once=True)

    @staticmethod
    def edit(kind: str, if_match: str, fields: Mapping[str, Any]) -> Call:
        headers = {"if-match": if_match} if if_match else {}
        return Call("POST", "/v1/edits", body={"kind": kind, **fields}, headers=headers, once=True)

    @staticmethod
    def job(kind: str, options: Mapping[str, Any]) -> Call:
        given = {name: _plain(value) for name, value in options.items() if value is not None}
        return Call("POST", "/v1/jobs", body={"kind": kind, "options": given}, once=True)


class Frictionary(_Calls):
    """`key` is a key of the API; none is needed on the server's own machine where it asks for none. `transport` as of
    httpx, for tests."""

    def __init__(
        self,
        address: str,
        *,
        key: str = "",
        timeout: float = 30.0,
        retries: int = RETRIES,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=address, headers=_head(key), timeout=timeout, transport=transport)
        self._retries = retries

    def __enter__(self) -> "Frictionary":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def send(self, call: Call) -> Any:
        """The answer's JSON. Raises Refused, and httpx.TransportError where no try has reached the server."""
        sent = call.sent()
        for tried in range(self._retries + 1):
            try:
                answer = self._http.request(call.method, call.path, **sent)
            except httpx.TransportError:
                if tried == self._retries:
                    raise
                time.sleep(_pause(tried, None))
                continue
            if answer.status_code not in AGAIN or tried == self._retries:
                return _told(answer)
            time.sleep(_pause(tried, answer))
        raise AssertionError

    def get(self, path: str, **query: Any) -> Any:
        return self.send(Call("GET", path, query))

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """The items of a list, page after page as they are asked for."""
        found = self.get(path, **query)
        while True:
            yield from found["items"]
            if not found["next"]:
                return
            found = self.get(found["next"])

    def analyze(
        self,
        text: str | None = None,
        *,
        texts: Sequence[str] | None = None,
        conversation: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Analysis:
        found: Analysis = self.send(self.analysis(text, texts, conversation, options))
        return found

    def take(self, conversations: Any, *, source: str = "", later: bool = False) -> Received:
        """One conversation or a list of them; `later`: answered once they are stored, annotated after that."""
        found: Received = self.send(self.taking(conversations, source, later))
        return found

    def ingest(self, path: Path, *, format: str = "", source: str = "") -> dict[str, Any]:
        found: dict[str, Any] = self.send(self.file(path, format, source))
        return found

    def conversations(self, **filters: Any) -> Iterator[Conversation]:
        return self.pages("/v1/conversations", **filters)

    def conversation(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v1/conversations/{_quoted(id)}")
        return found

    def segments(self, **filters: Any) -> Iterator[Segment]:
        return self.pages("/v1/segments", **filters)

    def search(self, q: str, **filters: Any) -> Iterator[Hit]:
        return self.pages("/v1/search", q=q, **filters)

    def themes(self, **filters: Any) -> Iterator[Theme]:
        return self.pages("/v1/themes", **filters)

    def theme(self, id: str, **filters: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/v1/themes/{_quoted(id)}", **filters)
        return found

    def customers(self, **filters: Any) -> Iterator[Customer]:
        return self.pages("/v1/customers", **filters)

    def customer(self, id: str, what: str = "journey", **query: Any) -> dict[str, Any]:
        """A customer's journey, features or forecasts; the latter two `at` a moment."""
        found: dict[str, Any] = self.get(f"/v1/customers/{_quoted(id)}/{what}", **query)
        return found

    def edit_theme(self, kind: str, *, if_match: str = "", **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.send(self.edit(kind, if_match, fields))
        return found

    def ask(self, kind: str, **options: Any) -> Job:
        """Ask for long work: discover, annotate, features, export."""
        found: Job = self.send(self.job(kind, options))
        return found

    def wait(self, job: Job, *, timeout: float = 600.0) -> Job:
        """Until it is over. Raises TimeoutError."""
        end, found = time.monotonic() + timeout, job
        while found["state"] not in OVER:
            if time.monotonic() > end:
                raise TimeoutError(f"job {job['id']} is {found['state']} after {timeout:g} seconds")
            time.sleep(0.5)
            found = self.get(f"/v1/jobs/{job['id']}")
        return found

    def export(self, table: str, to: Path, *, format: str = "parquet", **filters: Any) -> int:
        """Write a table into a file as it comes; returns its bytes. What breaks off leaves no file."""
        query, part, size = _query(filters), to.with_name(to.name + ".part"), 0
        try:
            with self._http.stream("GET", f"/v1/exports/{table}.{format}", params=query) as answer:
                if answer.status_code != 200:
                    answer.read()
                    _told(answer)
                with part.open("wb") as file:
                    for piece in answer.iter_bytes():
                        size += file.write(piece)
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
        return size


class AsyncFrictionary(_Calls):
    """The same with `await`; lists with `async for`."""

    def __init__(
        self,
        address: str,
        *,
        key: str = "",
        timeout: float = 30.0,
        retries: int = RETRIES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=address, headers=_head(key), timeout=timeout, transport=transport)
        self._retries = retries

    async def __aenter__(self) -> "AsyncFrictionary":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, call: Call) -> Any:
        """The answer's JSON. Raises Refused, and httpx.TransportError where no try has reached the server."""
        sent = call.sent()
        for tried in range(self._retries + 1):
            try:
                answer = await self._http.request(call.method, call.path, **sent)
            except httpx.TransportError:
                if tried == self._retries:
                    raise
                await asyncio.sleep(_pause(tried, None))
                continue
            if answer.status_code not in AGAIN or tried == self._retries:
                return _told(answer)
            await asyncio.sleep(_pause(tried, answer))
        raise AssertionError

    async def get(self, path: str, **query: Any) -> Any:
        return await self.send(Call("GET", path, query))

    async def pages(self, path: str, **query: Any) -> AsyncIterator[Any]:
        """The items of a list, page after page as they are asked for."""
        found = await self.get(path, **query)
        while True:
            for item in found["items"]:
                yield item
            if not found["next"]:
                return
            found = await self.get(found["next"])

    async def analyze(
        self,
        text: str | None = None,
        *,
        texts: Sequence[str] | None = None,
        conversation: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Analysis:
        found: Analysis = await self.send(self.analysis(text, texts, conversation, options))
        return found

    async def take(self, conversations: Any, *, source: str = "", later: bool = False) -> Received:
        found: Received = await self.send(self.taking(conversations, source, later))
        return found

    async def ingest(self, path: Path, *, format: str = "", source: str = "") -> dict[str, Any]:
        found: dict[str, Any] = await self.send(self.file(path, format, source))
        return found

    def conversations(self, **filters: Any) -> AsyncIterator[Conversation]:
        return self.pages("/v1/conversations", **filters)

    async def conversation(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/v1/conversations/{_quoted(id)}")
        return found

    def segments(self, **filters: Any) -> AsyncIterator[Segment]:
        return self.pages("/v1/segments", **filters)

    def search(self, q: str, **filters: Any) -> AsyncIterator[Hit]:
        return self.pages("/v1/search", q=q, **filters)

    def themes(self, **filters: Any) -> AsyncIterator[Theme]:
        return self.pages("/v1/themes", **filters)

    async def theme(self, id: str, **filters: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/v1/themes/{_quoted(id)}", **filters)
        return found

    def customers(self, **filters: Any) -> AsyncIterator[Customer]:
        return self.pages("/v1/customers", **filters)

    async def customer(self, id: str, what: str = "journey", **query: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self.get(f"/v1/customers/{_quoted(id)}/{what}", **query)
        return found

    async def edit_theme(self, kind: str, *, if_match: str = "", **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = await self.send(self.edit(kind, if_match, fields))
        return found

    async def ask(self, kind: str, **options: Any) -> Job:
        found: Job = await self.send(self.job(kind, options))
        return found

    async def wait(self, job: Job, *, timeout: float = 600.0) -> Job:
        """Until it is over. Raises TimeoutError."""
        found = job
        async with asyncio.timeout(timeout):
            while found["state"] not in OVER:
                await asyncio.sleep(0.5)
                found = await self.get(f"/v1/jobs/{job['id']}")
        return found


def _head(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"} if key else {}


def _told(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    try:
        found = answer.json()
        raise Refused(found["status"], found["title"], found["detail"], found.get("errors", ()))
    except (ValueError, KeyError, TypeError):
        raise Refused(answer.status_code, answer.reason_phrase, answer.text[:500]) from None


def _pause(tried: int, answer: httpx.Response | None) -> float:
    """As long as the server says, else twice as long each time, at random, so that clients do not come all at once."""
    said = answer.headers.get("retry-after", "") if answer is not None else ""
    return float(said) if said.isdecimal() else random.uniform(0.5, 1.0) * min(LONGEST, 0.25 * 2**tried)


def _query(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in filters.items() if value is not None}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _quoted(id: str) -> str:
    from urllib.parse import quote

    return quote(id, safe=":/")
