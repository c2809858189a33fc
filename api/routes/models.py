"""The cards of the models that speak."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as Name

from api.lists import listed
from api.schemas.findings import Page
from api.schemas.models import ModelOut
from api.schemas.requests import Listed, Sparse
from api.told import Told
from nlp.errors import NotFound
from pipelines.models import Model, model, models

router = APIRouter(prefix="/v1", tags=["about"], route_class=Told)


@router.get("/models", response_model=Page[ModelOut])
def cards(request: Request, question: Annotated[Listed, Query()]) -> dict[str, Any]:
    """What each model is, its measured figures, and which threshold on confidence keeps which precision."""
    return listed(request, map(_card, _models(request)), question, sorts=("", "name", "-name"), id="name")


@router.get("/models/{name}", response_model=ModelOut)
def card(
    request: Request, name: Annotated[str, Name(examples=["minilm-int8"])], _: Annotated[Sparse, Query()]
) -> dict[str, Any]:
    """One model's card."""
    known = {found.name: found for found in _models(request)}
    if name not in known:
        raise NotFound(f"no model {name!r}; known: {', '.join(known)}")
    return _card(known[name])


def _models(request: Request) -> list[Model]:
    settings = request.app.state.settings
    own = [model(Path(settings.model))] if settings.model else []
    return [*models(settings.models), *own]


def _card(found: Model) -> dict[str, Any]:
    names = ("name", "version", "bytes", "languages", "limits", "whole")
    figures = {
        part: {measure: value for measure, value in measured.items() if isinstance(value, int | float)}
        for part, measured in found.figures.items()
    }
    return {name: getattr(found, name) for name in names} | {"figures": figures, "curve": found.card.get("curve", {})}
