"""Conversations into the store: as JSON, or as an export file; masked, annotated and given their themes at once."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Body, File, Form, Header, Query, Request, Response, UploadFile

from api.problems import record_problem, unreadable
from api.schemas.findings import Intake, Received
from api.schemas.requests import SOURCE, Named, Threads
from nlp.conversation import Conversation
from pipelines import intake
from pipelines.protect import protector
from pipelines.run import run
from pipelines.sources import DeadRecord, Options

router = APIRouter(prefix="/v1", tags=["ingest"])
LETTERS = 1_000
COUNTED = ("added", "changed", "same", "old", "withheld", "annotated", "placed")
LATER = "Stored for good; what is found in it is there some seconds later."
PREFER = "`respond-async`: answer once it is stored, with 202, and annotate after that."
ONE = {
    "id": "4711",
    "channel": "chat",
    "customer": "email:ada@example.com",
    "started_at": "2026-10-05T09:30:00Z",
    "turns": [
        {"speaker": "customer", "text": "My refund has not come, and this is the third time I ask."},
        {"speaker": "agent", "text": "I am sorry. It goes out today."},
    ],
}
EXAMPLES = {"one": {"value": ONE}, "many": {"value": [ONE, ONE | {"id": "4712"}]}}


@router.post("/conversations", response_model=Received, responses={202: {"model": Received, "description": LATER}})
def take_conversations(
    request: Request,
    response: Response,
    background: BackgroundTasks,
    body: Annotated[Threads, Body(openapi_examples=EXAMPLES)],
    named: Annotated[Named, Query()],
    prefer: Annotated[str, Header(description=PREFER)] = "",
) -> Any:
    """Take in one conversation or a list, in the shape of the format `threads`.

    The stored id is "source:id"; sent again, a conversation changes nothing, and a later state of it replaces it. When
    the answer comes, all that is listed in `ids` is stored for good; what is withheld, since its customer refuses or
    the privacy policy does, is counted alone. A record that cannot be read is told in `problems` and costs no other
    one; where none can be read, the answer is 422.
    """
    state = request.app.state
    options = Options(source=named.source, max_record=state.settings.max_record)
    found = intake.decode(json.dumps(body).encode(), options)
    talks = [item for item in found if isinstance(item, Conversation)]
    dead = [item for item in found if isinstance(item, DeadRecord)]
    state.meters.dead.labels("/v1/conversations").inc(len(dead))
    if dead and not talks:
        return unreadable(dead, request.url.path)
    later = "respond-async" in prefer
    with state.desk.writing:
        path = intake.Intake(state.store, state.desk.annotator, protector(state.settings))
        taken = path.kept(talks) if later else path.take(talks)
    state.desk.catch_up()
    background.add_task(state.desk.settle, path.settle)
    if later:
        response.status_code, response.headers["preference-applied"] = 202, "respond-async"
    counts = {name: getattr(taken, name) for name in COUNTED}
    return {
        "ids": taken.ids,
        "counts": {"read": len(talks), **counts, "dead": len(dead)},
        "problems": [record_problem(bad) for bad in dead[:LETTERS]],
    }


@router.post("/ingest", response_model=Intake)
def take_file(
    request: Request,
    file: Annotated[UploadFile, File(description="An export.")],
    format: Annotated[str, Form(description="Guessed from the file where empty; see docs/formats.md.")] = "",
    source: Annotated[
        str, Form(description="First half of every id; the format's name otherwise.", pattern=SOURCE)
    ] = "",
) -> dict[str, Any]:
    """Take in an export file: tickets, calls, posts or a table, up to the server's `max_body`."""
    with TemporaryDirectory(prefix="frictionary-") as folder:
        path = Path(folder) / _name(file.filename)
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy)
        return _take(request, path, format=format or None, source=source)


def _name(given: str | None) -> str:
    """The upload's name without what could leave its folder: formats are guessed from it, calls dated by it."""
    return re.sub(r"[^\w.-]", "_", PurePath(given or "").name).lstrip(".")[-100:] or "upload"


def _take(request: Request, path: Path, *, format: str | None, source: str) -> dict[str, Any]:
    state = request.app.state
    letters = path.with_name("dead-letters")
    with state.desk.writing:
        done = run(
            [path],
            store=state.store,
            annotator=state.desk.annotator,
            settings=replace(state.settings, dead_letters=letters),
            format=format,
            options=Options(source=source),
            refit=False,
            anew=False,
        )
    state.desk.catch_up()
    state.meters.dead.labels("/v1/ingest").inc(done.counts.get("dead", 0))
    return {
        "run": done.id,
        "counts": done.counts,
        "seconds": done.seconds,
        "dead_letters": list(_letters(letters)),
    }


def _letters(path: Path) -> Iterator[dict[str, Any]]:
    """Without the file, which is a temporary one, and without the value, which may be personal."""
    with path.open(encoding="utf-8") as file:
        for line, _ in zip(file, range(LETTERS), strict=False):
            yield json.loads(line)
