"""GET /v1/models: the cards of the models that speak."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request

from api.schemas.models import ModelOut
from pipelines.models import Model, model, models

router = APIRouter(prefix="/v1", tags=["about"])


@router.get("/models", response_model=list[ModelOut])
def cards(request: Request) -> list[dict[str, Any]]:
    """What each model is, its measured figures, and which threshold on confidence keeps which precision."""
    settings = request.app.state.settings
    own = [model(Path(settings.model))] if settings.model else []
    return [_card(found) for found in [*models(settings.models), *own]]


def _card(found: Model) -> dict[str, Any]:
    names = ("name", "version", "bytes", "languages", "limits", "whole")
    figures = {
        part: {measure: value for measure, value in measured.items() if isinstance(value, int | float)}
        for part, measured in found.figures.items()
    }
    return {name: getattr(found, name) for name in names} | {"figures": figures, "curve": found.card.get("curve", {})}
