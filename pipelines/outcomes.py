"""What comes after themes, out of the store: their associations with leaving, writing again and not buying."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from nlp.journeys.associations import CAVEAT, associations
from nlp.journeys.facts import EPOCH, MICROSECOND
from nlp.journeys.outcomes import HORIZONS, episodes
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Store


def outcomes(store: Store, taxonomy: Taxonomy, *, theme: str = "", stage: str = "") -> dict[str, Any]:
    """Keys associations [{theme, name, stage, outcome, contacts, customers, risk, others, ratio, low, high, p,
    stands_out}], the surest first, of the theme and stage asked for; suppressed (cells too small to tell, of all),
    unknown (outcomes that nobody's events tell), until (the last moment seen, None of an empty store), caveat.

    Every theme and stage is reckoned, whatever is asked for, so that an answer does not depend on the question. Raises
    NotFound for a theme that is not a current one.
    """
    names = {found.id: found.name for found in store.themes.current()}
    if theme and theme not in names:
        store.themes.get(theme)
    journeys = [facts for _, facts in everyone(store)]
    until = told_until(journeys)
    known = episodes(journeys, taxonomy, until=until)
    found, suppressed = associations(known)
    rows = [
        asdict(row) | {"name": names[row.theme]}
        for row in found
        if row.theme in names and theme in ("", row.theme) and stage in ("", row.stage)
    ]
    unknown = [name for name in HORIZONS if not (known.outcomes[name] >= 0).any()]
    seen: datetime | None = EPOCH + until * MICROSECOND if until else None
    return {"associations": rows, "suppressed": suppressed, "unknown": unknown, "until": seen, "caveat": CAVEAT}
