"""What each page shows, made from the store: plain dictionaries for the templates."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from api.dashboard import charts
from api.dashboard.marks import marked, pieces
from api.history import words
from nlp.conversation import Conversation, Speaker
from nlp.signal import Summary
from nlp.taxonomy import Taxonomy
from pipelines import journeys
from pipelines.analyze import side
from pipelines.edits import log
from pipelines.stores.protocols import Quote, Store

Row = dict[str, Any]
NEIGHBOURS, NEAR = 5, 0.5
"""Similar conversations that are shown, and the cosine from which on two are similar."""


def edits(store: Store) -> list[Row]:
    """The log of edits, newest first: keys edit, words, undone, conflict."""
    names = store.themes.names()
    return [
        {"edit": line.edit, "words": words(line.edit, names), "conflict": line.conflict}
        | {"undone": not line.counts and line.edit.kind != "undo"}
        for line in log(store)
    ]


def quoted(quote: Quote) -> Row:
    """A quote with its evidence marked."""
    text = marked(quote.text, quote.signal.evidence, offset=quote.segment.start)
    return {
        "id": quote.segment.id,
        "html": text,
        "at": quote.at,
        "channel": quote.channel,
        "customer": quote.customer,
    } | {
        "conversation": quote.segment.conversation,
        "segment": anchor(quote.segment.turn, quote.segment.start),
        "signal": quote.signal,
    }


def anchor(turn: int, start: int) -> str:
    """A segment's place on the page of its conversation."""
    return f"s{turn}-{start}"


def customer(store: Store, id: str, taxonomy: Taxonomy) -> Row:
    """A journey with places 0..100 on the line of time, its entries in lanes of stages. Raises NotFound."""
    found = journeys.journey(store, id, taxonomy=taxonomy)
    places = charts.places([entry["at"] for entry in found["entries"]])
    entries = [entry | {"place": place} for entry, place in zip(found["entries"], places, strict=True)]
    order = [*taxonomy.stage_names, *sorted({e["stage"] for e in entries} - set(taxonomy.stage_names))]
    lanes = [(name, [e for e in entries if e["stage"] == name]) for name in order]
    spoken = [entry for entry in entries if entry["kind"] == "conversation"]
    told = {entry["id"]: entry["tells_again"] or entry["id"] for entry in spoken}
    raised = dict.fromkeys((told[e["id"]], theme["id"], theme["name"]) for e in spoken for theme in e["themes"])
    return {
        "journey": found | {"entries": entries},
        "lanes": [(name, inside) for name, inside in lanes if inside],
        "feelings": feelings([(entry["sentiment"], f"e{entries.index(entry)}") for entry in spoken]),
        "themes": Counter((id, name) for _, id, name in raised).most_common(),
        "conversations": len(set(told.values())),
        "friction": _mean([entry["friction"] for entry in spoken]),
        "sentiment": _mean([entry["sentiment"] for entry in spoken]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def listed(conversation: Conversation, summary: Summary | None) -> Row:
    """A conversation as a row of a list: its first words are the customer's where there are any."""
    said = [turn.text for turn in conversation.turns if turn.speaker is Speaker.CUSTOMER and turn.text.strip()]
    first = said or [turn.text for turn in conversation.turns]
    return {"conversation": conversation, "summary": summary, "words": first[0] if first else ""}


def conversation(store: Store, id: str) -> Row:
    """A conversation, turn by turn, each cut into its segments. Raises NotFound."""
    found, signals = store.conversations.get(id), store.signals.of(id)
    themes = {theme.id: theme.name for theme in store.themes.current()}
    raised = {quote.segment.id: quote.theme for quote in store.signals.quotes([s.segment.id for s in signals])}
    turns = [
        {
            "turn": turn,
            "pieces": [
                {"html": html, "signal": signal, "theme": raised.get(signal.segment.id) if signal else None}
                | {"anchor": anchor(turn.number, signal.segment.start) if signal else ""}
                for html, signal in pieces(turn, signals)
            ],
        }
        for turn in found.turns
    ]
    facts = {name: value for name, value in found.metadata.items() if value not in (None, "", [], ())}
    return {
        "conversation": found,
        "feelings": feelings([(s.sentiment, anchor(s.segment.turn, s.segment.start)) for s in signals]),
        "summary": store.signals.summary(id),
        "course": side(found.turns, signals),
        "turns": turns,
        "themes": themes,
        "facts": facts,
    }


def similar(store: Store, id: str, encoder: str) -> list[Row]:
    """Other conversations in which a customer says what hurts most here, nearest first: keys id, text, at, channel,
    similarity (cosine). By the stored embeddings of this version of the encoder."""
    _, _, vectors, friction = store.signals.bearing(0, of=[id], encoder=encoder)
    if not len(friction):
        return []
    found = store.search.near(vectors[int(friction.argmax())], encoder=encoder, least=NEAR, limit=4 * NEIGHBOURS)
    places = list({place.conversation: place for place in reversed(found) if place.conversation != id}.values())[::-1]
    scores = {place.conversation: place.score for place in places}
    return [
        {"id": p.conversation, "text": p.text, "at": p.at, "channel": p.channel, "similarity": scores[p.conversation]}
        for p in store.search.read(places[:NEIGHBOURS])
    ]


def feelings(points: Sequence[tuple[float, str]]) -> list[Row]:
    """Sentiment -1..+1 from first to last as places on a drawing of 400 by 40: keys x, y, sentiment, anchor."""
    step = 392 / max(1, len(points) - 1)
    return [
        {"x": round(4 + n * step, 1), "y": round(20 - 17 * value, 1)} | {"sentiment": value, "anchor": anchor}
        for n, (value, anchor) in enumerate(points)
    ]
