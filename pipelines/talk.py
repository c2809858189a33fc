"""A conversation as far as it is known: what was said, masked, and what the models read out of it, turn by turn.

A text by itself is a conversation of one turn that is not cut into segments.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.conversation import Segment, Speaker, Turn
from nlp.encoder import Floats
from nlp.signal import Signal
from pipelines.annotate import Annotator
from pipelines.said import speaker_segments, spoken


@dataclass(frozen=True, slots=True)
class Talk:
    """Of one side: a segment, its text, its language and its signal each, in order; `embeddings`: a row of float32 (d,)
    each. `turns` are those of all sides; `model`: the version that the signals are of."""

    turns: tuple[Turn, ...] = ()
    segments: tuple[Segment, ...] = ()
    texts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    embeddings: tuple[Floats, ...] = ()
    model: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A talk, and what one side has said since: masked `turns` after its own, and the new segments with their texts."""

    turns: tuple[Turn, ...]
    pairs: tuple[tuple[Segment, str], ...]
    before: Talk = Talk()

    @classmethod
    def said(cls, turns: Sequence[Turn], before: Talk = Talk(), *, speaker: Speaker = Speaker.CUSTOMER) -> "Heard":
        return cls(tuple(turns), tuple(speaker_segments("", turns, speaker)), before)

    @classmethod
    def text(cls, text: str) -> "Heard":
        return cls((Turn(0, Speaker.CUSTOMER, text),), ((Segment("", 0, 0, len(text)), text),))


def read(annotator: Annotator, heard: Sequence[Heard]) -> list[Talk]:
    """The talks with what was heard: ONE pass over all that is new, whichever talk it is of.

    The same as if each were read from its beginning: a short segment's language is told by its whole conversation, so
    those whose language now is another are read anew; and all, where another model read them.
    """
    known = [_known(one, annotator.version) for one in heard]
    segments = [(*have.segments, *(s for s, _ in one.pairs)) for have, one in zip(known, heard, strict=True)]
    texts = [(*have.texts, *(t for _, t in one.pairs)) for have, one in zip(known, heard, strict=True)]
    languages = [tuple(spoken(s, t)) for s, t in zip(segments, texts, strict=True)]
    new = [
        (n, place)
        for n, (have, now) in enumerate(zip(known, languages, strict=True))
        for place, code in enumerate(now)
        if place >= len(have.signals) or code != have.languages[place]
    ]
    signals, embeddings = annotator.signals(
        [segments[n][place] for n, place in new],
        [texts[n][place] for n, place in new],
        languages=[languages[n][place] for n, place in new],
    )
    found = [dict(enumerate(zip(have.signals, have.embeddings, strict=True))) for have in known]
    for (n, place), signal, row in zip(new, signals, np.asarray(embeddings), strict=True):
        found[n][place] = signal, row
    return [
        Talk(
            turns=(*one.before.turns, *one.turns),
            segments=segments[n],
            texts=texts[n],
            languages=languages[n],
            signals=tuple(found[n][place][0] for place in range(len(texts[n]))),
            embeddings=tuple(found[n][place][1] for place in range(len(texts[n]))),
            model=annotator.version,
        )
        for n, one in enumerate(heard)
    ]


def _known(heard: Heard, model: str) -> Talk:
    """What of a talk need not be read again; its segments and texts are known in any case."""
    have = heard.before
    if have.model in ("", model):
        return have
    return Talk(have.turns, have.segments, have.texts)


def until(talk: Talk, number: int) -> Talk:
    """The talk before its turn of this number."""
    kept = [place for place, segment in enumerate(talk.segments) if segment.turn < number]
    return Talk(
        turns=tuple(turn for turn in talk.turns if turn.number < number),
        segments=talk.segments[: len(kept)],
        texts=talk.texts[: len(kept)],
        languages=talk.languages[: len(kept)],
        signals=talk.signals[: len(kept)],
        embeddings=talk.embeddings[: len(kept)],
        model=talk.model,
    )
