"""The one rule that derives a conversation's findings from its customer's segments.

- Segments in a language that the models do not know are left out; where no other asks for something, the conversation
  is `unsupported`, without figures.
- Only segments that ask for something (intent not `none`) speak; where there is none, all do.
- Intent: probabilities summed over the segments, each weighted by its confidence and by half as much with each further
  turn: customers mostly open with what they want, and answer questions later.
- Sentiment: the mean over segments, with start (first third), end (last third) and lowest. Friction: the mean of the
  highest and the mean, so that one bad moment counts and chatter does not hide it; where the customer's last words are
  still negative, it ends unresolved, and the highest counts alone.
- Stage: two witnesses are pooled (`nlp/stages.py`). The words: "unknown" as likely as that no segment shows a stage,
  the others in proportion to what the segments say of them together, so that passages at another stage lower the
  confidence. The intents: where those who want this usually are. The reason names what the segments at the stage are
  mostly about. Events before it are a third witness: `nlp/journeys/placing.py`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import prod

from nlp import stages, unread
from nlp.signal import Signal, Summary, Witness
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED


def summarise(
    conversation: str, signals: Sequence[Signal], *, language: str, defaults: Mapping[str, str] | None = None
) -> Summary:
    """The summary of one conversation; its `language` is told by all its texts. `defaults`: the intents' stages."""
    if not signals:
        return Summary(
            conversation, NONE, 1.0, False, 0, 0, 0, 0, 0, 0, 0, UNKNOWN_STAGE, 0, "no customer text", language
        )
    read = [s for s in signals if s.intent != UNSUPPORTED]
    if not any(s.intent != NONE for s in read) and len(read) < len(signals):
        why = unread.reason(next(s.language for s in signals if s.intent == UNSUPPORTED))
        return Summary(conversation, UNSUPPORTED, 0, True, 0, 0, 0, 0, 0, 0, 0, UNKNOWN_STAGE, 0, why, language)
    signals = read
    asking = [s for s in signals if s.intent != NONE] or list(signals)
    wants: dict[str, float] = defaultdict(float)
    order = {turn: n for n, turn in enumerate(dict.fromkeys(s.segment.turn for s in asking))}
    for signal in asking:
        for name, probability in signal.intents:
            wants[name] += probability * signal.confidence * 0.5 ** order[signal.segment.turn]
    intent = max(wants, key=wants.__getitem__)
    witnesses = _witnesses(asking, wants, defaults or {})
    stage, sure = stages.weighed(witnesses)
    feeling = [s.sentiment for s in signals]
    third = max(1, len(feeling) // 3)
    friction = [s.friction for s in asking]
    unresolved = signals[-1].sentiment_class == "negative"
    best = [s for s in asking if s.intent == intent]
    return Summary(
        conversation=conversation,
        intent=intent,
        confidence=max((s.confidence for s in best), default=wants[intent] / sum(wants.values())),
        abstained=all(s.abstained for s in best),
        sentiment=_mean(feeling),
        sentiment_start=_mean(feeling[:third]),
        sentiment_end=_mean(feeling[-third:]),
        sentiment_low=min(feeling),
        friction=max(friction) if unresolved else (max(friction) + _mean(friction)) / 2,
        effort=max(s.effort for s in signals),
        leaving=max(s.leaving for s in signals),
        stage=stage,
        stage_confidence=sure,
        reason=because(witnesses, stage),
        language=language,
        witnesses=witnesses,
    )


def because(witnesses: Sequence[Witness], stage: str) -> str:
    """Why this stage: the reasons of the witnesses that say so, and what the words say where they do not."""
    agree = [w.reason for w in witnesses if w.says == stage and w.kind != "intent"]
    agree = agree or [w.reason for w in witnesses if w.says == stage] or ["nothing is likely enough"]
    words = next(w for w in witnesses if w.kind == "words")
    if words.says == stage:
        return "; ".join(agree)
    alone = "show no stage" if words.says == UNKNOWN_STAGE else f"alone say {words.says} ({words.reason})"
    return "; ".join([*agree, f"its words {alone}"])


def _witnesses(
    asking: Sequence[Signal], wants: Mapping[str, float], defaults: Mapping[str, str]
) -> tuple[Witness, ...]:
    said = _said(asking)
    top = said[0][0]
    placed = [s for s in asking if _stages(s)[0][0] == top]
    words = Witness("words", _because(placed or asking, of=len(asking)), stages.WORDS, said)
    likely = sorted(((name, weight / sum(wants.values())) for name, weight in wants.items()), key=lambda w: -w[1])
    names = sorted({*defaults.values()})
    if not names or likely[0][0] not in defaults:
        return (words,)
    rows, intent = stages.usual([likely], defaults, names), likely[0][0].replace("_", " ")
    usual = stages.distributions(rows, (*names, UNKNOWN_STAGE))[0]
    return words, Witness("intent", f"{intent} is usual there", stages.INTENT, usual)


def _said(asking: Sequence[Signal]) -> tuple[tuple[str, float], ...]:
    """How likely each stage is by the words of all segments, likeliest first."""
    silent = prod(dict(_stages(s)).get(UNKNOWN_STAGE, 0.0) for s in asking)
    sums: dict[str, float] = defaultdict(float)
    for signal in asking:
        for name, probability in _stages(signal):
            sums[name] += probability
    sums.pop(UNKNOWN_STAGE, None)
    spoken = {name: (1 - silent) * weight / sum(sums.values()) for name, weight in sums.items()}
    return tuple(sorted([*spoken.items(), (UNKNOWN_STAGE, silent)], key=lambda pair: -pair[1]))


def _stages(signal: Signal) -> tuple[tuple[str, float], ...]:
    """What its words say; of a signal that does not tell, its stage as sure as it is."""
    if signal.stages:
        return signal.stages
    sure = 1.0 if signal.stage == UNKNOWN_STAGE else signal.stage_confidence
    return ((signal.stage, sure),) if sure == 1 else ((signal.stage, sure), (UNKNOWN_STAGE, 1 - sure))


def _because(placed: Sequence[Signal], *, of: int) -> str:
    """What the passages at the conversation's stage are about, as a support leader says it."""
    topics: dict[str, float] = defaultdict(float)
    for signal in placed:
        topics[signal.intent] += signal.confidence
    topic = max(topics, key=topics.__getitem__)
    sure = not all(s.abstained for s in placed if s.intent == topic)
    about = "no request, by its wording" if topic == NONE else topic.replace("_", " ")
    leaves = any(cue.kind == "leaving" for s in placed for cue in s.evidence)
    told = about if sure or topic == NONE else f"probably {about}"
    return f"{told}{', speaks of leaving' if leaves else ''}: {len(placed)} of {of} passage{'s' if of > 1 else ''}"


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
