"""What findings are named after: taxonomies, and their intents with what the store holds of each."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.filters import chosen
from api.lists import listed
from api.schemas.figures import IntentWithFigures, TaxonomyOut
from api.schemas.findings import Page
from api.schemas.requests import Listed, ListedQuestion, Question, Sparse
from api.told import Told
from nlp.errors import NotFound
from nlp.taxonomy import Taxonomy
from pipelines.overview import overview
from pipelines.stores.protocols import Filter

router = APIRouter(prefix="/v1", tags=["about"], route_class=Told)
SORTS = ("-conversations", "conversations", "-friction", "sentiment", "name")
NOTHING = {"conversations": 0, "friction": None, "sentiment": None}


@router.get("/taxonomies", response_model=Page[TaxonomyOut])
def taxonomies(request: Request, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """The taxonomy that the server speaks: intents, stages, and the events that lead to a stage."""
    return listed(request, [asdict(_spoken(request))], question, sorts=("name",), id="name")


@router.get("/taxonomies/{name}", response_model=TaxonomyOut)
def taxonomy(
    request: Request, name: Annotated[str, Path(examples=["support"])], _: Annotated[Sparse, Query()]
) -> dict[str, Any]:
    """One taxonomy by its name."""
    spoken = _spoken(request)
    if name != spoken.name:
        raise NotFound(f"no taxonomy {name!r}; the server speaks {spoken.name!r}")
    return asdict(spoken)


@router.get("/intents", response_model=Page[IntentWithFigures])
def intents(request: Request, question: Annotated[ListedQuestion, Query()]) -> dict[str, Any]:
    """Every intent with the conversations that ask for it, most first, or by the sorts conversations, -friction,
    sentiment, name."""
    rows = _with_figures(request, chosen(question, _spoken(request)))
    return listed(request, rows, question, sorts=SORTS, id="name")


@router.get("/intents/{name}", response_model=IntentWithFigures)
def intent(
    request: Request, name: Annotated[str, Path(examples=["refund_status"])], question: Annotated[Question, Query()]
) -> dict[str, Any]:
    """One intent with the conversations that ask for it."""
    rows = {row["name"]: row for row in _with_figures(request, chosen(question, _spoken(request)))}
    if name not in rows:
        raise NotFound(f"no intent {name!r}; known: {', '.join(rows)}")
    return rows[name]


def _spoken(request: Request) -> Taxonomy:
    spoken: Taxonomy = request.app.state.desk.annotator.taxonomy
    return spoken


def _with_figures(request: Request, filter: Filter) -> list[dict[str, Any]]:
    found = {row["intent"]: row for row in overview(request.app.state.store, filter)["intents"]}
    return [
        asdict(known) | {name: found.get(known.name, NOTHING)[name] for name in NOTHING}
        for known in _spoken(request).intents
    ]
