"""Texts and conversations to signals: segments, ONE encoder pass, then intent, sentiment, friction and stage."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np

from nlp import language, segmentation, sentiment, stages
from nlp.conversation import Segment
from nlp.encoder import Encoder, Floats, cut_by, languages_of
from nlp.entities.finder import Finder
from nlp.friction import friction
from nlp.head import Head
from nlp.intent import IntentModel, Intents
from nlp.journeys.placing import placed
from nlp.outside import Outside
from nlp.reasons import LEARNT, Heads, Reasons, by_sentences, reasons
from nlp.secondary import secondary
from nlp.signal import Evidence, Signal, Summary
from nlp.summary import summarise
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED, Taxonomy
from nlp.themes.headlines import Headlines
from nlp.unread import unsupported, wordless
from pipelines.encoders import open_encoder
from pipelines.entities import named, open_finder
from pipelines.intents import open_intents
from pipelines.said import customer_segments, spoken
from pipelines.settings import Settings
from pipelines.steady import steady
from pipelines.stores.protocols import Store

BATCH = 256
CALM = (NONE, "praise")
CLEAR = (NONE, UNSUPPORTED)
"""Beside these nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Annotator:
    """All models that a signal needs; `version` is stored with each signal: the encoder's, which themes are kept by,
    and the intent model's name with a digest of heads, entities, and how stages are told.

    `sentiments` is for an encoder that tells no sentiment itself; else None. `reasons`: of effort and leaving.
    """

    encoder: Encoder
    intents: IntentModel
    sentiments: Head | None
    stages: Head
    reasons: Heads
    taxonomy: Taxonomy
    entities: Finder = Finder()  # noqa: RUF009
    version: str = field(init=False)

    def __post_init__(self) -> None:
        heads = [self.intents.head, self.stages, self.intents.calm, self.sentiments, self.intents.outside]
        parts = "".join(part.digest for part in [*heads, *self.reasons.values(), self.entities] if part)
        parts += stages.rule(self.taxonomy)
        digest = hashlib.sha256(parts.encode()).hexdigest()[:8]
        object.__setattr__(self, "version", f"{self.encoder.version}+{self.intents.name}-{digest}")

    @classmethod
    def load(
        cls, models: Path, taxonomy: Path, *, model: Path | None = None, threads: int | None = None
    ) -> "Annotator":
        """Load a models folder: encoder/, heads/; intents by the folder `model`, where given.

        Raises BadModel, BadTaxonomy, MissingDependency.
        """
        encoder, heads = open_encoder(models / "encoder", threads=threads), models / "heads"
        names = ("intent", "stage", *LEARNT)
        version, width = encoder.version, encoder.dimension
        own = {name: Head.load(heads / f"{name}.npz", encoder=version, dimension=width) for name in names}
        told = {kind: own[kind] for kind in LEARNT}
        feeling = heads / "sentiment.npz"
        sentiments = Head.load(feeling, encoder=version) if feeling.is_file() else None
        known = Taxonomy.from_toml(taxonomy.read_text("utf-8"), origin=str(taxonomy))
        beyond = heads / "outside.npz"
        outside = Outside.load(beyond, encoder=version) if beyond.is_file() else None
        intents = IntentModel("heads", own["intent"], outside=outside)
        shipped = cls(encoder, intents, sentiments, own["stage"], told, known)
        return shipped.with_intents(model, threads=threads) if model else shipped

    @classmethod
    def of(cls, settings: Settings) -> "Annotator":
        """What the settings name, for a process that goes on with it. Raises as `load` does."""
        own = Path(settings.model) if settings.model else None
        loaded = replace(cls.load(settings.models, settings.taxonomy, model=own), entities=open_finder(settings))
        steady()
        return loaded

    def with_intents(self, folder: Path, *, threads: int | None = None) -> "Annotator":
        """The same with a company's own intents. Raises BadModel, BadTaxonomy."""
        shipped = self.intents.calm or self.intents.head
        own, taxonomy = open_intents(folder, encoder=self.encoder, calm=shipped, known=self.taxonomy, threads=threads)
        return replace(self, intents=own, taxonomy=taxonomy)

    @property
    def headlines(self) -> Headlines:
        """The taxonomy's names for the usual problems, for naming themes."""
        pairs = [(text, intent.name) for intent in self.taxonomy.intents for text in intent.headlines]
        return Headlines(tuple(text for text, _ in pairs), tuple(name for _, name in pairs), self.intents.shared)

    def signals(
        self, segments: Sequence[Segment], texts: Sequence[str], *, languages: Sequence[str] | None = None
    ) -> tuple[list[Signal], Floats]:
        """One signal a segment, and the embeddings float32 (n, d). `texts` are the segments' own, redacted.

        `languages` are theirs where they have been told, as by `spoken`.
        """
        if not texts:
            return [], np.zeros((0, self.encoder.dimension), np.float32)
        read = sentiment.parts(self.encoder, self.sentiments, texts)  # begins now, where the encoder has threads
        languages = spoken(segments, texts) if languages is None else languages
        unread = self._unread(segments, texts, languages)
        found: dict[int, Signal] = {}
        embeddings = np.zeros((len(texts), self.encoder.dimension), np.float32)
        unshown: dict[int, Reasons] = {}
        for places, vectors, feelings in read:
            embeddings[places] = vectors
            said = [(segments[n], texts[n], languages[n]) for n in places]
            own = [text for _, text, _ in said]
            why = reasons(self.reasons, vectors, own)
            told = self._told(said, vectors, feelings, why)
            signals = [unread.get(n, signal) for n, signal in zip(places, told, strict=True)]
            found |= zip(places, named(self.entities, signals, own), strict=True)
            unshown |= {n: w for n, w in zip(places, why, strict=True) if w.unshown and n not in unread}
        shown = by_sentences(self.encoder, self.reasons, [texts[n] for n in unshown], list(unshown.values()))
        for (n, reason), evidence in zip(unshown.items(), shown, strict=True):
            words = found[n].evidence[len(reason.evidence) :]
            found[n] = replace(found[n], evidence=(*_placed(evidence, segments[n]), *words))
        return [found[n] for n in range(len(texts))], embeddings

    def _unread(self, segments: Sequence[Segment], texts: Sequence[str], languages: Sequence[str]) -> dict[int, Signal]:
        """By place, the signals of those that no model is asked about."""
        known, found = languages_of(self.encoder), dict[int, Signal]()
        for n, (segment, text, code) in enumerate(zip(segments, texts, languages, strict=True)):
            if language.wordless(text):
                found[n] = wordless(segment, self.version)
            elif not language.supported(code, known):
                found[n] = unsupported(segment, self.version, code)
        return found

    def _told(
        self, said: Sequence[tuple[Segment, str, str]], vectors: Floats, feelings: Floats, why: Sequence[Reasons]
    ) -> Iterator[Signal]:
        """The signal of each (segment, text, language), without its entities."""
        texts, labels = [text for _, text, _ in said], (*self.taxonomy.stage_names, UNKNOWN_STAGE)
        wants, cut = self.intents.classify(vectors, texts), cut_by(self.encoder, texts)
        words, placed = self._stages(vectors, wants)
        at, likely = placed.tolist(), stages.distributions(words, labels)
        for n, ((segment, text, code), feeling) in enumerate(zip(said, feelings.tolist(), strict=True)):
            name, confidence = wants[n].ranked[0]
            negative, neutral, positive = feeling
            stage, sure = stages.best(at[n], labels)
            yield Signal(
                segment=segment,
                model=self.version,
                intent=name,
                confidence=confidence,
                abstained=wants[n].abstained,
                outside=wants[n].outside,
                intents=wants[n].ranked,
                sentiment=positive - negative,
                probabilities=(negative, neutral, positive),
                friction=friction(
                    feeling=0.0 if name in CALM else negative,
                    effort=why[n].effort,
                    blocked=why[n].blocked,
                    leaving=why[n].leaving,
                    escalation=why[n].escalation,
                ),
                effort=why[n].effort,
                leaving=why[n].leaving,
                stage=stage,
                stage_confidence=sure,
                stages=likely[n],
                evidence=_placed((*why[n].evidence, *sentiment.words(text)), segment),
                language=code,
                truncated=cut[n],
            )

    def staged(self, embeddings: Floats, wants: Sequence[Intents]) -> list[tuple[str, float]]:
        """(stage, confidence) of each text, as its signal has it."""
        labels = (*self.taxonomy.stage_names, UNKNOWN_STAGE)
        return [stages.best(row, labels) for row in self._stages(embeddings, wants)[1]]

    def _stages(self, embeddings: Floats, wants: Sequence[Intents]) -> tuple[Floats, Floats]:
        """float32 (n, stages + 1) each: what the words say, and what they and the intents say together."""
        defaults, names = stages.default_stages(self.taxonomy), self.taxonomy.stage_names
        said = stages.told(self.stages, embeddings, names)
        usual = stages.usual([w.ranked for w in wants], defaults, names)
        return said, stages.pooled((stages.WORDS, said), (stages.INTENT, usual))

    def secondary(self, signals: Sequence[Signal], texts: Sequence[str]) -> list[tuple[str, ...]]:
        """What else each text asks for, by `nlp/secondary.py`: a pass over the clauses of those that have several."""
        parts = [segmentation.clauses(t) if s.intent not in CLEAR else [] for s, t in zip(signals, texts, strict=True)]
        flat = [clause for found in parts for clause in found]
        if not flat:
            return [()] * len(texts)
        wants = iter(self.intents.classify(self.encoder.encode(flat), flat))
        best = [[next(wants).ranked[0] for _ in found] for found in parts]
        likely = [[(name, p) for name, p in b if name in dict(s.intents)] for s, b in zip(signals, best, strict=True)]
        return [secondary(s.intent, found) for s, found in zip(signals, likely, strict=True)]


def _placed(evidence: Sequence[Evidence], segment: Segment) -> tuple[Evidence, ...]:
    """In places of the turn."""
    first = segment.start
    return tuple(Evidence(e.kind, e.start + first, e.end + first) for e in evidence) if first else tuple(evidence)


def annotate(
    store: Store,
    annotator: Annotator,
    *,
    anew: bool = True,
    most: int | None = None,
    of: Sequence[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Annotate the store's pending conversations, a transaction a batch; returns how many. Safe to kill and rerun.

    Without `anew` only those that no model has annotated; with `most` no more than so many; with `of` only among those
    ids, at most 1,000. `progress` is told how many are done so far.
    """
    from threadpoolctl import threadpool_limits

    done, taxonomy = 0, annotator.taxonomy
    waiting = store.conversations.pending(annotator.version, batch=most or BATCH, anew=anew, of=of)
    for batch in islice(waiting, 1 if most else None):
        pairs = [pair for conversation in batch for pair in customer_segments(conversation)]
        with threadpool_limits(1, user_api="blas"):  # the encoder has the processors
            signals, embeddings = annotator.signals([s for s, _ in pairs], [t for _, t in pairs])
        own: dict[str, list[Signal]] = {conversation.id: [] for conversation in batch}
        for signal in signals:
            own[signal.segment.conversation].append(signal)
        said: dict[str, list[str]] = {conversation.id: [] for conversation in batch}
        for segment, text in pairs:
            said[segment.conversation].append(text)
        summaries = [
            placed(
                summary(c.id, own[c.id], " ".join(said[c.id]), taxonomy=taxonomy),
                store.events.of(c.customer, until=c.started_at) if c.customer else (),
                c.started_at,
                taxonomy,
            )
            for c in batch
        ]
        ids, encoder = [c.id for c in batch], annotator.encoder.version
        store.signals.put(annotator.version, ids, signals, embeddings, summaries, encoder=encoder)
        done += len(batch)
        if progress:
            progress(done)
    return done


def summary(conversation: str, signals: Sequence[Signal], text: str = "", *, taxonomy: Taxonomy) -> Summary:
    """What the segments of one conversation say together; `text` is all of them, by which its language is told."""
    defaults = stages.default_stages(taxonomy)
    return summarise(conversation, signals, language=language.detect(text), defaults=defaults)
