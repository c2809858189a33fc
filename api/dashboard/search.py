"""The search's page: what was said, themes, intents and customers by one question."""

from datetime import UTC, datetime, time
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from api.dashboard import marks
from api.dashboard.pages import page, render, store_of, taxonomy_of
from api.dashboard.words import intent
from nlp.errors import BadInput
from pipelines.search import MODES, SNIPPET, Hit, search
from pipelines.stores.protocols import Store

HITS = 20
OTHERS = 8
MEANT = 30_000
"""Messages, the latest, that are compared by meaning: what a page does in under a second."""
NEAR = 0.4
"""Cosine from which on a message says something like what is asked for: below it come the shortest ones."""
HOW = {"both": "By words and meaning", "text": "By words", "semantic": "By meaning"}
MARK = Markup("<mark>{}</mark>")


@page("/search")
def find(request: Request) -> Response:
    query, store, desk = request.query_params, store_of(request), request.app.state.desk
    asked, mode = query.get("q", "").strip()[:500], query.get("mode", "")
    mode = mode if mode in MODES else "both"
    start = int(query["from"]) if query.get("from", "").isdecimal() and len(query["from"]) < 5 else 0
    hits: list[Hit] = []
    why, reach = "", store.rollups.reach(MEANT) if mode != "text" else None
    since = datetime.combine(reach, time(), UTC) if reach else None
    if asked:
        try:
            hits = search(
                store,
                asked,
                mode=mode,
                encoder=desk.annotator.encoder,
                least=NEAR,
                since=since,
                limit=HITS + 1,
                offset=start,
            )
        except BadInput as error:
            why = str(error)
    return render(
        request,
        "search.html",
        asked=asked,
        mode=mode,
        how=HOW,
        why=why,
        reach=reach,
        hits=[shown(hit) for hit in hits[:HITS]],
        start=start,
        more=start + HITS if len(hits) > HITS else None,
        **(others(request, store, asked) if asked and not start else {"themes": [], "intents": [], "customers": []}),
    )


def shown(hit: Hit) -> dict[str, Any]:
    """Keys hit and html: its text, escaped, what was found marked (not the whole of it), what was masked shown as such,
    with dots where it is cut."""
    html, at = marks.shown("…" if hit.start else ""), 0
    for begin, end in sorted(hit.highlights):
        if begin >= at and end - begin < 0.9 * len(hit.text):
            html += marks.shown(hit.text[at:begin]) + MARK.format(marks.shown(hit.text[begin:end]))
            at = end
    return {"hit": hit, "html": html + marks.shown(hit.text[at:]) + ("…" if cut(hit.text) else "")}


def cut(text: str) -> bool:
    """Whether it is as long as what is shown at most, and ends within a sentence."""
    return len(text) > 0.9 * SNIPPET and text.rstrip()[-1:].isalnum()


def others(request: Request, store: Store, asked: str) -> dict[str, Any]:
    """Themes and intents whose names hold all words of the question, customers whose pseudonym begins with it."""
    words = asked.casefold().split()

    def holds(*texts: str) -> bool:
        whole = " ".join(texts).casefold()
        return all(word in whole for word in words)

    themes = [
        theme for theme in store.themes.current() if holds(theme.name, theme.description, *theme.terms, theme.owner)
    ]
    intents = [(name, intent(name)) for name in taxonomy_of(request).intent_names if holds(intent(name))]
    known = store.customers.page(sort="id", place=(asked, asked), limit=OTHERS) if len(words) == 1 else []
    rows = [row for row in known if row["id"].startswith(asked)]
    return {"themes": themes[:OTHERS], "intents": intents[:OTHERS], "customers": rows[:OTHERS]}
