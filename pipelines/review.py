"""What people are asked about findings that are in doubt, and what is kept of their answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.conversation import conversation_of
from nlp.corrections import KINDS, UNSURE, Agreement, Correction, between_people, judged, part, settled, with_model
from nlp.errors import BadInput, NotFound, UnknownName
from nlp.sentiment import disagrees
from nlp.signal import SENTIMENTS
from nlp.taxonomy import UNSUPPORTED, Taxonomy
from nlp.themes.assign import Assigner
from nlp.themes.context import in_context
from nlp.themes.edits import Edit
from pipelines.discover import units
from pipelines.edits import edit
from pipelines.stores.protocols import Quote, Store

LOOKED_AT = {"intent": 1, "sentiment": 60, "theme": 15}
"""How many segments are looked at for one that is in doubt: what databases cannot tell is told here."""
MOST = 2_000
NEAR = 0.06
"""Between two themes is who is so much less like the second than the first, by cosine."""
OPTIONS = 5


@dataclass(frozen=True, slots=True)
class Item:
    """A question: is the `kind` of finding of this segment the `guess`? `options`: the likeliest values, best first,
    each with its probability (of a theme, its cosine similarity), 0..1. `why` it is in doubt."""

    kind: str
    quote: Quote
    guess: str
    options: tuple[tuple[str, float], ...]
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`judged`: segments that somebody has judged; `said`: how often; `people`: who; `waiting`: segments that nobody
    has judged (of sentiment, of those that the model is sure of); `disputed`: equal votes."""

    kind: str
    judged: int
    said: int
    people: tuple[str, ...]
    waiting: int
    disputed: int
    between_people: Agreement
    with_model: Agreement


@dataclass(frozen=True, slots=True)
class Example:
    """A masked text and the intent that people settled on; `part`: whether it is learnt from, or held out."""

    text: str
    intent: str
    segment: str
    part: str


def queue(store: Store, kind: str, who: str, *, assigner: Assigner | None, limit: int = 20) -> list[Item]:
    """What `who` has not judged yet; `assigner` tells themes apart. Raises UnknownName."""
    check_kind(kind)
    if kind == "theme":
        return _between_themes(store, who, assigner, limit)
    looked_at = min(MOST, limit * LOOKED_AT[kind])
    found: list[Item] = []
    for quote in store.signals.quotes(store.corrections.doubtful(kind, who, limit=looked_at)):
        s = quote.signal
        if kind == "intent":
            why = "asks for something else than the known intents" if s.doubt == "outside" else "the model is not sure"
            found.append(Item(kind, quote, s.intent, s.intents[:OPTIONS], why))
        elif disagrees(quote.text, s.probabilities):
            ranked = sorted(zip(SENTIMENTS, s.probabilities, strict=True), key=lambda pair: -pair[1])
            found.append(Item(kind, quote, s.sentiment_class, tuple(ranked), "the words' lexicon says the opposite"))
        if len(found) == limit:
            break
    return found


def correct(store: Store, said: Correction, taxonomy: Taxonomy) -> Correction:
    """Check what somebody says and keep it, with what the model says now; a theme that is another one is also an edit,
    so that the segment moves. Raises BadInput, NotFound, UnknownName."""
    said = replace(said, who=said.who.strip())
    check_kind(said.kind)
    if not said.who:
        raise BadInput("a correction needs a name: say who makes it")
    quote = next(iter(store.signals.quotes([said.segment])), None)
    if quote is None:
        raise NotFound(f"no segment {said.segment!r}; give an id such as 'source:1#0:0'")
    if said.value != UNSURE and said.value not in (known := values(store, said.kind, taxonomy)):
        raise UnknownName.of(said.kind, said.value, known)
    guess = {"intent": quote.signal.intent, "sentiment": quote.signal.sentiment_class, "theme": quote.theme or ""}
    if said.kind == "theme" and said.value not in (UNSURE, guess["theme"]):
        edit(store, Edit(0, said.at, said.who, "move", said.value, segments=(said.segment,)))
    return store.corrections.add(replace(said, guess=guess[said.kind], model=quote.signal.model))


def values(store: Store, kind: str, taxonomy: Taxonomy) -> Sequence[str]:
    """What may be said of a kind."""
    if kind == "intent":
        return [name for name in taxonomy.intent_names if name != UNSUPPORTED]
    return SENTIMENTS if kind == "sentiment" else [*(theme.id for theme in store.themes.current()), ""]


def standing(store: Store, kind: str) -> Standing:
    """Raises UnknownName."""
    check_kind(kind)
    log = store.corrections.all(kind)
    said = judged(log, kind)
    people = tuple(sorted({c.who for c in log}))
    figures = (store.corrections.waiting(kind), len(settled(said)[1]), between_people(said), with_model(said))
    return Standing(kind, len(said), len(log), people, *figures)


def examples(store: Store, of: str = "") -> Iterator[Example]:
    """The segments whose intent people settled on, by id; of one part where it is named. Those whose words are no
    longer stored are left out."""
    values, _ = settled(judged(store.corrections.all("intent"), "intent"))
    wanted = [segment for segment in sorted(values) if of in ("", part(segment))]
    for quote in store.signals.quotes(wanted):
        id = quote.segment.id
        yield Example(quote.text, values[id], id, part(id))


def check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise UnknownName.of("kind of correction", kind, KINDS)


def _between_themes(store: Store, who: str, assigner: Assigner | None, limit: int) -> list[Item]:
    """The nearest to both first."""
    if assigner is None:
        return []
    doubtful = store.corrections.doubtful("theme", who, limit=limit * LOOKED_AT["theme"])
    talks = list(dict.fromkeys(map(conversation_of, doubtful)))[:1_000]
    ids, texts, vectors = units(store, encoder=assigner.encoder, of=talks)
    if not ids:
        return []
    like = in_context(vectors, list(map(conversation_of, ids)), list(map(len, texts))) @ assigner.centroids.T
    place, wanted = (
        {id: n for n, id in enumerate(ids)},
        {quote.segment.id: quote for quote in store.signals.quotes(doubtful)},
    )
    found: list[tuple[float, Item]] = []
    for id in doubtful:
        if id in place and id in wanted:
            ranked = _ranked(assigner, like[place[id]])
            if len(ranked) > 1 and ranked[0][1] - ranked[1][1] <= NEAR:
                quote = wanted[id]
                item = Item("theme", quote, quote.theme or "", ranked[:OPTIONS], "lies between two themes")
                found.append((ranked[0][1] - ranked[1][1], item))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])[:limit]]


def _ranked(assigner: Assigner, like: np.ndarray) -> tuple[tuple[str, float], ...]:
    """Themes, the nearest first; one that another was merged into counts once."""
    best: dict[str, float] = {}
    for n in np.argsort(-like).tolist():
        best.setdefault(assigner.themes[n], float(like[n]))
    return tuple(best.items())
