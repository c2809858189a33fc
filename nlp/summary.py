"""The one rule that derives a conversation's findings from its customer's segments.

- Segments in a language that the models do not know are left out; where no other asks for something, the conversation
  is `unsupported`, without figures.
- Only segments that ask for something (intent not `none`) speak; where there is none, all do.
- Intent: probabilities summed over the segments, each weighted by its confidence and by half as much with each further
  turn: customers mostly open with what they want, and answer questions later.
- Sentiment: the mean over segments, with start (first third), end (last third) and lowest. Friction: the mean of the
  highest and the mean, so that one bad moment counts and chatter does not hide it; where the customer's last words are
  still negative, it ends unresolved, and the highest counts alone.
- Stage: the stage of most summed confidence; "unknown" only where no segment shows another. Its
  confidence is that sum over all segments that speak, so that those at another stage lower it. The reason names what
  the segments at the stage are mostly about.
"""

from collections import defaultdict
from collections.abc import Sequence

from nlp import unread
from nlp.signal import Signal, Summary
from nlp.taxonomy import NONE, UNKNOWN_STAGE, UNSUPPORTED


def summarise(conversation: str, signals: Sequence[Signal], *, language: str) -> Summary:
    """The summary of one conversation; its `language` is told by all its texts."""
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
    stages: dict[str, float] = defaultdict(float)
    order = {turn: n for n, turn in enumerate(dict.fromkeys(s.segment.turn for s in asking))}
    for signal in asking:
        for name, probability in signal.intents:
            wants[name] += probability * signal.confidence * 0.5 ** order[signal.segment.turn]
        stages[signal.stage] += signal.stage_confidence
    known = {name: weight for name, weight in stages.items() if name != UNKNOWN_STAGE} or stages
    intent, stage = max(wants, key=wants.__getitem__), max(known, key=known.__getitem__)
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
        stage_confidence=known[stage] / len(asking),
        reason=_because([s for s in asking if s.stage == stage], of=len(asking)),
        language=language,
    )


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
