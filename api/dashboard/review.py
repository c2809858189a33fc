"""The review's pages: findings in doubt, what people say of them, and the model that learns from it."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.dashboard.marks import marked
from api.dashboard.pages import page, render, router, store_of, taxonomy_of
from api.dashboard.who import who
from api.dashboard.words import intent, title
from api.retraining import Retraining
from nlp.corrections import KINDS, UNSURE, Correction
from nlp.errors import FrictionaryError
from pipelines import review
from pipelines.stores.protocols import Store

ITEMS = 20
ASKED = {
    "intent": "What does the customer want?",
    "sentiment": "How does the customer feel?",
    "theme": "Which theme is it of?",
}


@page("/review")
def queue(request: Request) -> Response:
    kind = request.query_params.get("kind", "intent")
    kind, name = kind if kind in KINDS else "intent", who(request, request.query_params.get("who", ""))
    store, desk = store_of(request), request.app.state.desk
    names = words(store, kind, request)
    found = review.queue(store, kind, name, assigner=desk.themes(), limit=ITEMS) if name else []
    return render(
        request,
        "review.html",
        kind=kind,
        kinds=KINDS,
        asked=ASKED[kind],
        who=name,
        known=who(request),
        items=[shown(item, names) for item in found],
        values=list(names.items()),
        standings=[review.standing(store, one) for one in KINDS],
        unsure=UNSURE,
        training=retraining(request),
        served=request.app.state.settings.model,
    )


@router.post("/review")
async def say(request: Request) -> Response:
    """Keep what somebody says of a finding; pages without script come back to the queue."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    name, desk = who(request, form.get("who", "")), request.app.state.desk
    chosen = form.get("other") or form.get("value", "")
    fields = {"who": name, "segment": form.get("segment", ""), "kind": form.get("kind", "")}
    back = f"/review?{urlencode({'kind': fields['kind'], 'who': name})}"
    try:
        with desk.writing:
            said = Correction(0, datetime.now(UTC), **fields, value="" if chosen == "-" else chosen)
            review.correct(store_of(request), said, taxonomy_of(request))
    except FrictionaryError as error:
        return render(request, "refused.html", 400, why=str(error), back=back)
    if "text/html" not in request.headers.get("accept", ""):  # the page's script stays where it is
        return Response(status_code=204)
    return RedirectResponse(back, 303)


@router.post("/review/retrain")
def train(request: Request) -> Response:
    retraining(request).begin(request.app.state.desk.annotator)
    return RedirectResponse("/review#learn", 303)


@router.post("/review/switch")
def switch(request: Request) -> Response:
    try:
        retraining(request).switch()
    except FrictionaryError as error:
        return render(request, "refused.html", 400, why=str(error), back="/review")
    return RedirectResponse("/review#learn", 303)


@router.post("/review/back")
def back(request: Request) -> Response:
    """Undo the last switch."""
    try:
        retraining(request).back()
    except FrictionaryError as error:
        return render(request, "refused.html", 400, why=str(error), back="/review")
    return RedirectResponse("/review#learn", 303)


def retraining(request: Request) -> Retraining:
    state = request.app.state
    if not hasattr(state, "retraining"):
        state.retraining = Retraining(state.store, state.settings)
    known: Retraining = state.retraining
    return known


def words(store: Store, kind: str, request: Request) -> dict[str, str]:
    """What may be said of a kind, each value with the words that show it; "-" stands for no theme."""
    if kind == "theme":
        return {theme.id: theme.name for theme in store.themes.current()} | {"-": "No theme"}
    show = intent if kind == "intent" else title
    return {value: show(value) for value in review.values(store, kind, taxonomy_of(request))}


def shown(item: review.Item, names: dict[str, str]) -> dict[str, Any]:
    """Keys html, segment, conversation, anchor, why, guess, options (value, words, score), quote."""
    quote, place = item.quote, item.quote.segment
    return {
        "html": marked(quote.text, quote.signal.evidence, offset=place.start),
        "segment": place.id,
        "conversation": place.conversation,
        "anchor": f"s{place.turn}-{place.start}",
        "why": item.why,
        "guess": item.guess or "-",
        "options": [(value, names.get(value, title(value)), score) for value, score in item.options],
        "quote": quote,
    }
