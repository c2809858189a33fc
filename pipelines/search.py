"""What customers and agents said, found by words, by meaning, or by both."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from nlp.conversation import Channel, Speaker
from nlp.encoder import Encoder
from nlp.errors import BadInput
from pipelines.stores.protocols import Filter, Passage, Place, Store, Words

Mode = Literal["text", "semantic", "both"]
MODES: tuple[Mode, ...] = ("text", "semantic", "both")
DEPTH = 1_000
"""Turns that are ranked; what lies deeper is not found."""
TERMS = 32
SNIPPET = 240
"""Characters of a turn that are shown."""
RANK = 60
"""k of reciprocal rank fusion: Cormack, Clarke, Büttcher, SIGIR 2009, https://doi.org/10.1145/1571941.1572114."""
TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, slots=True)
class Hit:
    """One turn that was found. `text` is the part of its masked text from `start` to `end`; `highlights` are the
    characters of `text` that carry the find: words that were met, or the segment that is near in meaning.

    `score`: of text the database's rank, of meaning the cosine, 0..1, of both the fused rank; comparable within one
    answer alone. `by` says what found it.
    """

    conversation: str
    turn: int
    speaker: Speaker
    at: datetime
    channel: Channel
    customer: str
    text: str
    start: int
    end: int
    highlights: tuple[tuple[int, int], ...]
    score: float
    by: tuple[Literal["text", "semantic"], ...]


def search(
    store: Store,
    asked: str,
    *,
    mode: Mode = "both",
    encoder: Encoder | None = None,
    filter: Filter = Filter(),
    speaker: str = "",
    least: float = 0.0,
    since: datetime | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[Hit]:
    """The turns that say what is asked for, or something like it, the best first; of the first 1,000 at most.

    Words must all be said; `"a phrase"`, `-without` and `one OR other` are known. Meaning is looked for among
    customers' segments that `encoder` has embedded, from a cosine of `least` on, and in conversations `since` a moment.
    Raises BadInput where nothing is asked for, or by meaning without an encoder.
    """
    if mode != "text" and encoder is None:
        raise BadInput(f"mode {mode!r} needs an encoder; without one there is mode 'text'")
    words = parse(asked)
    said = store.search.words(words, filter, speaker=speaker, limit=DEPTH) if mode != "semantic" else []
    meant: list[Place] = []
    if encoder and mode != "text" and speaker in ("", Speaker.CUSTOMER):
        vector = encoder.encode([" ".join(term for terms in words.any for term in terms)])[0]
        late = replace(filter, since=max(filter.since or since, since)) if since else filter
        meant = store.search.near(vector, late, encoder=encoder.version, least=least, limit=DEPTH)
    ranked = fused(said, meant) if mode == "both" else [(place.score, place) for place in said or meant]
    page = ranked[offset : offset + limit]
    passages = store.search.read([place for _, place in page], None if mode == "semantic" else words)
    found = {(passage.conversation, passage.turn): passage for passage in passages}
    by_text, by_meaning = ({(p.conversation, p.turn): p for p in places} for places in (said, meant))
    hits = []
    for score, place in page:
        key = place.conversation, place.turn
        if key in found:  # it may be gone meanwhile
            hits.append(_hit(found[key], score, by_text.get(key), by_meaning.get(key)))
    return hits


def parse(asked: str) -> Words:
    """Words, phrases in quotes, `-` before what must not be said, `OR` between either side of it. Raises BadInput."""
    groups: list[list[str]] = [[]]
    none: list[str] = []
    for without, phrase, word in TERM.findall(asked):
        if word == "OR" and not without:
            groups.append([])
            continue
        term = phrase or word
        if any(map(str.isalnum, term)):
            (none if without else groups[-1]).append(term)
    either = tuple(tuple(terms) for terms in groups if terms)
    if not either:
        raise BadInput(f"{asked[:100]!r} has no word to look for; give one, such as refund")
    if (given := sum(map(len, either)) + len(none)) > TERMS:
        raise BadInput(f"{given} words and phrases are asked for; give at most {TERMS}")
    return Words(either, tuple(none))


def fused(*rankings: Sequence[Place]) -> list[tuple[float, Place]]:
    """Reciprocal rank fusion: the sum of 1 / (60 + rank) over the rankings that have it, best first."""
    scores: dict[tuple[str, int], float] = {}
    places: dict[tuple[str, int], Place] = {}
    for ranking in rankings:
        for rank, place in enumerate(ranking, start=1):
            key = place.conversation, place.turn
            scores[key] = scores.get(key, 0.0) + 1 / (RANK + rank)
            places[key] = place
    order = sorted(scores, key=lambda key: (-scores[key], key))
    return [(scores[key], places[key]) for key in order]


def _hit(passage: Passage, score: float, said: Place | None, meant: Place | None) -> Hit:
    carried = passage.met or ([(meant.start, meant.end)] if meant else [])
    start, end = window(passage.text, carried)
    inside = tuple((max(a, start) - start, min(b, end) - start) for a, b in carried if a < end and b > start)
    by: list[Literal["text", "semantic"]] = ["text"] if said else []
    return Hit(
        conversation=passage.conversation,
        turn=passage.turn,
        speaker=passage.speaker,
        at=passage.at,
        channel=passage.channel,
        customer=passage.customer,
        text=passage.text[start:end],
        start=start,
        end=end,
        highlights=inside,
        score=score,
        by=(*by, "semantic") if meant else tuple(by),
    )


def window(text: str, carried: Iterable[tuple[int, int]], size: int = SNIPPET) -> tuple[int, int]:
    """Which `size` characters of a text to show: about where most of what carries begins, from a word to a word."""
    if len(text) <= size:
        return 0, len(text)
    starts = sorted(a for a, _ in carried) or [0]
    best = max(starts, key=lambda a: (sum(a <= b < a + size // 2 for b in starts), -a))
    start = max(0, min(best - size // 4, len(text) - size))
    end = min(len(text), start + size)
    if start and (cut := text.find(" ", start, best)) >= 0:
        start = cut + 1
    if end < len(text) and (cut := text.rfind(" ", max(best + 1, start), end)) > 0:
        end = cut
    return start, end
