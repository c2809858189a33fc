"""Which conversations tell the same: links with their reasons, and the groups that follow, people's word above all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from nlp.duplicates.fingerprint import SIZE, Fingerprint, Signature, alike, contained
from nlp.encoder import Floats
from nlp.forest import Forest
from nlp.identity.claim import PERSON, Decision

WITHIN = timedelta(days=30)
"""Equal words of one customer are the same telling so long."""
SOON = timedelta(days=14)
"""So long after it, another conversation may speak of a first one as told before."""
NEAR = 0.92
"""Share of the shorter text's word triples in the longer from which one customer's are near-equal: a resend has lines
more, while one form around two problems lacks some on both sides (`benchmarks/duplicates.py`)."""
TEMPLATE = 0.7
"""Jaccard similarity from which different customers' texts are near-equal."""
MEANT = 0.40
"""Cosine of two conversations' embeddings from which they speak of one thing, where the later says that it was told."""
DAYS = timedelta(days=7)
"""So long after it, one tells over another channel, in other words, what was not answered on the first."""
OVER = 0.52
"""Cosine from which two conversations over two channels tell one thing though neither says so: the highest of the best
in the choosing half of the gold set, for a wrong link costs more than a missed one. On one channel it tells too little.
"""
SAID, SENTENCE, LONG = 3, 8, 15
"""Words from which equal, near-equal and different customers' texts are linked: "thanks a lot" is said by everybody."""
ROWS = 4
"""Hashes of a band: texts meet that agree in one of SIZE / ROWS bands, at 0.7 with a probability of 0.99."""
ONCE = ("exact", "near", "again", "reworded", "repost", PERSON)
"""Kinds of links by which conversations count once; a template is many people's and each counts."""


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation as far as duplicates are concerned; `intent` is "" where the model does not vouch for it."""

    id: str
    customer: str
    at: datetime
    print: Fingerprint
    channel: str = ""
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """`later` tells what `earlier` told: of which kind, how much alike (0..1), and why."""

    later: str
    earlier: str
    kind: str
    score: float
    reason: str


def of_one_customer(talks: Sequence[Told], *, near: float = NEAR) -> Iterator[Link]:
    """Equal and near-equal texts of one customer's conversations, in order of time; each to the nearest one before."""
    for place, later in enumerate(talks):
        before = [talk for talk in talks[:place] if later.at - talk.at <= WITHIN]
        if link := next((found for talk in reversed(before) if (found := _same(later, talk, near))), None):
            yield link


def _same(later: Told, earlier: Told, near: float) -> Link | None:
    days = (later.at - earlier.at) / timedelta(days=1)
    if later.print.digest == earlier.print.digest and later.print.words >= SAID:
        return Link(later.id, earlier.id, "exact", 1.0, f"the same words by the same customer, {days:.1f} days later")
    if min(later.print.words, earlier.print.words) < SENTENCE:
        return None
    score = contained(later.print, earlier.print)
    if score < near:
        return None
    reason = f"{score:.0%} of the shorter one's word triples by the same customer, {days:.1f} days later"
    return Link(later.id, earlier.id, "near", score, reason)


def spoken_of(talks: Sequence[Told]) -> Iterator[tuple[Told, list[Told]]]:
    """One customer's conversations that say "again", with those before that they may speak of."""
    for place, later in enumerate(talks):
        before = [talk for talk in talks[:place] if later.at - talk.at <= SOON]
        if later.print.again and before:
            yield later, before


def over_channels(talks: Sequence[Told]) -> Iterator[tuple[Told, list[Told]]]:
    """One customer's conversations of a sentence at least, with those before over another channel that do not ask for
    something else."""
    whole = [talk for talk in talks if talk.print.words >= SENTENCE]
    for place, later in enumerate(whole):
        if before := [talk for talk in whole[:place] if later.at - talk.at <= DAYS and _may_be_one(talk, later)]:
            yield later, before


def _may_be_one(one: Told, other: Told) -> bool:
    intents = {one.intent, other.intent} - {""}
    return one.channel != other.channel and len(intents) < 2


def again(later: Told, before: Iterable[Told], vectors: Mapping[str, Floats], *, meant: float = MEANT) -> Link | None:
    """The conversation before that is most alike in meaning, if it is enough; vectors are float32 (d,), of length 1."""
    said = f'says "{later.print.again}", of like meaning, by the same customer'
    return _meant(later, before, vectors, meant, "again", said)


def reworded(later: Told, before: Iterable[Told], vectors: Mapping[str, Floats], *, over: float = OVER) -> Link | None:
    """The same of conversations over another channel, which say nothing of each other."""
    said = "in other words over another channel, of like meaning, by the same customer"
    return _meant(later, before, vectors, over, "reworded", said)


def _meant(
    later: Told, before: Iterable[Told], vectors: Mapping[str, Floats], least: float, kind: str, said: str
) -> Link | None:
    known = [talk for talk in before if talk.id in vectors] if later.id in vectors else []
    scored = [(float(vectors[later.id] @ vectors[talk.id]), talk.at, talk.id) for talk in known]
    score, at, earlier = max(scored, default=(0.0, later.at, ""))
    if score < least or not earlier:
        return None
    days = (later.at - at) / timedelta(days=1)
    return Link(later.id, earlier, kind, score, f"{said}, {days:.1f} days later")


def reposts(talks: Iterable[Told]) -> Iterator[Link]:
    """Each repost to the earliest conversation that begins with the same words; own words before passed-on ones."""
    found: dict[str, list[Told]] = defaultdict(list)
    for talk in talks:
        if talk.print.words >= SAID:
            found[talk.print.head].append(talk)
    for same in found.values():
        first = min(same, key=lambda talk: (talk.print.repost, talk.at, talk.id))
        for talk in same:
            if talk.print.repost and talk is not first:
                yield Link(talk.id, first.id, "repost", 1.0, "passes the same words on")


def templates(
    ids: Sequence[str], customers: Sequence[str], signatures: Signature, *, near: float = TEMPLATE
) -> Iterator[Link]:
    """Long texts that different customers send alike, each to the first that is near-equal; `ids` by time.

    `signatures` is uint32 (len(ids), SIZE). Locality-sensitive hashing by bands (Broder 1997; Rajaraman and Ullman,
    "Mining of Massive Datasets", 3.4).
    """
    taken: dict[int, int] = {}
    for start in range(0, SIZE, ROWS):
        band = np.ascontiguousarray(signatures[:, start : start + ROWS])
        _, bucket, count = np.unique(band, axis=0, return_inverse=True, return_counts=True)
        met = np.flatnonzero(count[bucket] > 1)
        met = met[np.argsort(bucket[met], kind="stable")]
        for _, group in groupby(met.tolist(), key=lambda row: int(bucket[row])):
            first, *others = group
            root = taken.get(first, first)
            for row in others:
                if row not in taken and row != root and alike(signatures[root], signatures[row]) >= near:
                    taken[row] = root
    for row, first in sorted(taken.items()):
        if customers[row] != customers[first]:
            score = alike(signatures[first], signatures[row])
            reason = f"{score:.0%} of the same word triples by different customers"
            yield Link(ids[row], ids[first], "template", score, reason)


def originals(links: Iterable[Link], decisions: Sequence[Decision], order: Mapping[str, datetime]) -> dict[str, str]:
    """Conversation -> the first telling of what it tells. `order`: when each began; what it does not know is left out.

    A person's last word on two conversations stands above the links: parted, the second leaves the group where needed.
    """
    last = {decision.pair: decision for decision in sorted(decisions, key=lambda d: d.number)}
    pairs = [(link.later, link.earlier) for link in links if link.kind in ONCE]
    pairs = [pair for pair in pairs if (min(pair), max(pair)) not in last]
    pairs += [d.pair for d in last.values() if d.kind == "link"]
    pairs = [pair for pair in pairs if pair[0] in order and pair[1] in order]
    parted = [decision for decision in last.values() if decision.kind == "unlink"]
    groups = _groups(pairs)
    for decision in parted:
        if groups.find(decision.one) == groups.find(decision.other):
            pairs = [pair for pair in pairs if decision.other not in pair]
            groups = _groups(pairs)
    told = sorted({talk for pair in pairs for talk in pair}, key=lambda talk: (order[talk], talk))
    first: dict[str, str] = {}
    found = {talk: first.setdefault(groups.find(talk), talk) for talk in told}
    return {talk: original for talk, original in sorted(found.items()) if talk != original}


def _groups(pairs: Iterable[tuple[str, str]]) -> Forest:
    groups = Forest()
    for pair in pairs:
        groups.join(*pair)
    return groups
