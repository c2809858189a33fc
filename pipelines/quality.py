"""What a discovery of a store says of itself: stored with it, and whether it may be relied on."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from nlp.conversation import conversation_of
from nlp.encoder import Encoder, Floats, cohesion_of
from nlp.themes.discover import Discovery, discover
from nlp.themes.drift import Drift, drift
from nlp.themes.quality import Quality, distinctness, doubts, duplicates
from nlp.themes.stability import Labels, overall, stability
from nlp.themes.theme import Theme


@dataclass(frozen=True, slots=True)
class Read:
    """The n segments that a discovery looks at: their ids, texts, and vectors in context, float32 (n, d)."""

    ids: Sequence[str]
    texts: Sequence[str]
    vectors: Floats


def assess(
    read: Read,
    found: Discovery,
    themes: Sequence[Theme],
    encoder: Encoder,
    *,
    run: str,
    at: datetime,
    fitted: Set[str] = frozenset(),
    left_out: int = 0,
) -> Quality:
    """`themes` are those of `found`, in its order. `fitted`: the segments of the discovery before, from which drift is
    told; `left_out`: segments of other models, which no discovery of this one can look at."""
    conversations = list(map(conversation_of, read.ids))

    def again(vectors: Floats, conversations: Sequence[str]) -> Labels:
        return discover(vectors, conversations=conversations, cohesion=cohesion_of(encoder), mapped=False).labels

    stable = stability(read.vectors, conversations, found.labels, again)
    unassigned = found.labels.count(None) / max(len(found.labels), 1)
    whole = overall(stable, [theme.size for theme in themes])
    moved = _drift(read, conversations, fitted)
    unread = left_out + int((~read.vectors.any(axis=1)).sum())
    return Quality(
        run=run,
        at=at,
        segments=len(read.ids),
        themes=len(themes),
        unassigned=unassigned,
        stability=whole,
        distinctness=distinctness(encoder.encode([theme.name for theme in themes])) if themes else None,
        duplicates=duplicates(read.texts),
        drift=moved.distance if moved else None,
        drift_p=moved.p if moved else None,
        stabilities={t.id: s for t, s in zip(themes, stable, strict=True) if s is not None},
        reasons=doubts(len(read.ids), len(themes), unassigned, whole, unread),
    )


def _drift(read: Read, conversations: Sequence[str], fitted: Set[str]) -> Drift | None:
    """Of the conversations that came since to those before, by the first segment of each."""
    known = {conversation_of(segment) for segment in fitted}
    first = {conversation: n for n, conversation in reversed(list(enumerate(conversations)))}
    before, after = ([n for c, n in first.items() if (c in known) is side] for side in (True, False))
    return drift(read.vectors[sorted(before)], read.vectors[sorted(after)]) if before and after else None
