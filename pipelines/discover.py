"""Friction themes of a store: discovered over all friction-bearing segments, matched to those known, then served."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from nlp.conversation import conversation_of
from nlp.encoder import Encoder, Floats, cohesion_of
from nlp.themes.assign import Assigner
from nlp.themes.context import in_context
from nlp.themes.discover import Discovery
from nlp.themes.discover import discover as find
from nlp.themes.edits import active, replay
from nlp.themes.headlines import Headlines
from nlp.themes.lineage import sought, trace
from nlp.themes.matching import Matching, match
from nlp.themes.suggestions import Suggest
from nlp.themes.theme import Assignment, Theme
from nlp.themes.units import copies, speaks
from pipelines.edits import refresh, replayed
from pipelines.lineage import known
from pipelines.naming import named
from pipelines.proposals import propose
from pipelines.quality import Read, assess
from pipelines.stores.protocols import Store

MINIMUM_FRICTION = 15.0
"""A segment bears friction where it shows one sign of effort or P(negative) is 0.27, on the scale of `nlp/friction.py`.
Thanks, answers and small talk lie below, or have the intent `none`."""

STEPS = 4
"""Of a discovery, as its progress tells them."""

Progress = Callable[[str, int, int | None], None]
"""(step, done, total where it is known)."""


def discover(
    store: Store,
    encoder: Encoder,
    *,
    run: str,
    at: datetime | None = None,
    headlines: Headlines | None = None,
    suggest: Suggest | None = None,
    anew: bool = False,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Theme]:
    """Discover, name and store themes anew as `run`; returns them, largest first.

    Themes found at the last discovery go on where they still fit (`nlp/themes/continuing.py`); with `anew` what was
    known has no say in what is found. A theme that is alike enough to one known before keeps its id; a new one gets a
    number never used, and lineage tells where it came from and what became of the others. People's edits are replayed
    over what is found; returned is what they make of it. `at` is when it is known: None for the moment at which it is
    stored. Segments that another encoder has embedded are left out. What the discovery says of itself (`quality.py`) is
    stored with it: also where there is little, or nothing, to find themes in.
    """
    report = progress or (lambda step, done, total: None)
    ids, texts, embeddings = units(store, encoder=encoder.version)
    report("themes", 0, STEPS)
    conversations = list(map(conversation_of, ids))
    seen = in_context(embeddings, conversations, list(map(len, texts)))
    edits, before = store.edits.all(), sought(store.lineage.all())
    made = {edit.other for edit in active(edits) if edit.kind == "split"}
    old = known(store, before, made, encoder=encoder)
    last = [place for place, id in enumerate(old.ids) if id in before and not before[id].missed]
    going_on = None if anew else old.centroids[last]
    near, shape = cohesion_of(encoder), seen[copies(texts)]
    found = find(shape, conversations=conversations, known=going_on, cohesion=near, seed=seed)
    report("themes", 1, STEPS)
    matching = match(old, ids, found.labels, found.centroids)
    numbers = _numbers(found, matching, store.themes.names())
    themes = named(found, numbers, ids, texts, embeddings, encoder=encoder, headlines=headlines, suggest=suggest)
    report("themes", 2, STEPS)
    read = Read(ids, texts, seen)
    fitted, left_out = store.tellings.fitted(), store.signals.embedded(but=encoder.version)
    at = at or datetime.now(UTC)
    said_of_itself = assess(read, found, themes, encoder, run=run, at=at, fitted=fitted, left_out=left_out)
    report("themes", 3, STEPS)
    assignments = [
        Assignment(
            segment,
            run,
            None if label is None else numbers[label],
            float(strength),
            at,
            None if part < 0 else part,
        )
        for segment, label, strength, part in zip(ids, found.labels, found.strengths, found.parts.tolist(), strict=True)
    ]
    serving = Assigner(found.centroids, found.thresholds, tuple(numbers), encoder.version)
    facts = trace(matching, numbers, {id: s for id, s in before.items() if id not in made}, run=run, at=at)
    said = replay(themes, {a.segment: a.theme for a in assignments}, edits)
    store.themes.put(
        run,
        themes,
        assignments,
        found.points,
        serving.to_bytes(),
        facts=facts,
        replayed=said,
        quality=said_of_itself,
    )
    if store.edits.last() != len(edits):  # somebody edited meanwhile
        said = refresh(store, at=at)
    report("themes", STEPS, STEPS)
    return list(said.themes)


def units(
    store: Store, *, encoder: str, unplaced: bool = False, of: Sequence[str] | None = None
) -> tuple[list[str], list[str], Floats]:
    """Ids, texts and vectors, float32 (n, d), of the segments that belong in themes: those that bear friction, and say
    what of."""
    ids, texts, embeddings, _ = store.signals.bearing(MINIMUM_FRICTION, unplaced=unplaced, of=of, encoder=encoder)
    kept = [n for n, text in enumerate(texts) if speaks(text)]
    return [ids[n] for n in kept], [texts[n] for n in kept], embeddings[kept]


def assigner(store: Store, *, encoder: str) -> Assigner | None:
    """The current themes as people are shown them, ready to place segments embedded by that version; None before any
    discovery, and where the themes are of another encoder: they must be discovered anew. Raises BadModel."""
    serving = _found(store, encoder)
    return serving and replace(serving, themes=tuple(map(replayed(store).shown, serving.themes)))


def _found(store: Store, encoder: str) -> Assigner | None:
    """The current themes as they were found."""
    artefact = store.themes.artefact()
    found = Assigner.from_bytes(artefact) if artefact else None
    return found if found and found.encoder == encoder else None


def assign_new(store: Store, *, encoder: str, at: datetime, of: Sequence[str] | None = None) -> int:
    """Place the friction-bearing segments that the current discovery has not seen; returns how many. Where those in no
    theme grow to a group, it is proposed as one.

    With `of` only those of these conversations, at most 1,000, and nothing is proposed: that looks at all of a store.
    """
    serving, run = _found(store, encoder), store.themes.current_run()
    if serving is None or run is None:
        return 0
    ids, texts, embeddings = units(store, encoder=encoder, unplaced=True, of=of)
    themes, confidences = serving.assign(in_context(embeddings, list(map(conversation_of, ids)), list(map(len, texts))))
    last = store.edits.last()
    store.themes.assign(
        [Assignment(s, run, theme, float(c), at) for s, theme, c in zip(ids, themes, confidences, strict=True)],
        replayed(store),
    )
    if store.edits.last() != last:  # somebody edited meanwhile
        refresh(store, at=at)
    if ids and of is None:
        propose(store, at=at, encoder=encoder)
    return len(ids)


def _numbers(found: Discovery, matching: Matching, given: Iterable[str]) -> list[str]:
    """An id a theme: the one it had, or the next number; of what people split off, the numbers are the edits'."""
    last = max((int(id[1:]) for id in given if id[:1] == "t" and id[1:].isdecimal()), default=0)
    numbers: list[str] = []
    for label in range(len(found.centroids)):
        last += label not in matching.kept
        numbers.append(matching.kept[label][0] if label in matching.kept else f"t{last}")
    return numbers
