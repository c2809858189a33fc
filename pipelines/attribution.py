"""Attribution out of the store: which touchpoints or themes carry buying and leaving."""

from dataclasses import asdict
from typing import Any

from nlp.errors import UnknownName
from nlp.journeys.attribution import CAVEAT, attribution
from nlp.journeys.paths import TOUCHES, ends_of, paths
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Store


def attributed(
    store: Store, taxonomy: Taxonomy, *, of: str = "leaving", by: str = "touchpoints", order: int = 1
) -> dict[str, Any]:
    """Keys credits (see `nlp.journeys.attribution.Credit`, with `name`), most Shapley credit first; paths, ends (how
    many); suppressed (touchpoints of too few customers or ends), caveat. Raises UnknownName.
    """
    ends = ends_of(taxonomy)
    for noun, name, known in (("end", of, ends), ("kind of touchpoint", by, TOUCHES)):
        if name not in known:
            raise UnknownName.of(noun, name, known)
    journeys = list(everyone(store))
    found = list(paths(journeys, ends[of], TOUCHES[by], until=told_until(own for _, own in journeys)))
    found = [path for path in found if path.touchpoints]
    names = store.themes.names() if by == "themes" else {}
    credits = attribution(found, order=order)
    shown = [credit for credit in credits if credit.told]
    return {
        "credits": [asdict(credit) | {"name": names.get(credit.touchpoint, credit.touchpoint)} for credit in shown],
        "paths": len(found),
        "ends": sum(path.ended for path in found),
        "suppressed": len(credits) - len(shown),
        "caveat": CAVEAT,
    }
