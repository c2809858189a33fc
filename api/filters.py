"""Which conversations a request asks about."""

from collections.abc import Iterable

from api.schemas.requests import Question
from nlp.errors import UnknownName
from nlp.taxonomy import UNKNOWN_STAGE, UNSUPPORTED, Taxonomy
from pipelines.stores.protocols import Filter


def chosen(question: Question, taxonomy: Taxonomy) -> Filter:
    """Raises UnknownName for a stage or an intent that the taxonomy does not name."""
    _check("stage", question.stage, (*taxonomy.stage_names, UNKNOWN_STAGE))
    _check("intent", question.intent, (*taxonomy.intent_names, UNSUPPORTED))
    return Filter(
        since=question.since,
        until=question.until,
        channel=question.channel or "",
        stage=question.stage,
        theme=question.theme,
        intent=question.intent,
        customer=question.customer,
        source=question.source,
    )


def _check(noun: str, name: str, known: Iterable[str]) -> None:
    if name and name not in set(known):
        raise UnknownName.of(noun, name, known)
