"""What comes after themes, out of the store: their associations with leaving, writing again and not buying."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from nlp.journeys.associations import CAVEAT, associations
from nlp.journeys.facts import EPOCH, MICROSECOND
from nlp.journeys.outcomes import HORIZONS, episodes
from nlp.taxonomy import Taxonomy
from pipelines.facts import everyone, told_until
from pipelines.stores.protocols import Filter, Store


def outcomes(store: Store, taxonomy: Taxonomy, filter: Filter = Filter()) -> dict[str, Any]:
    """Keys associations [{theme, name, stage, outcome, contacts, customers, risk, others, ratio, low, high, p,
    stands_out}], the surest first, of every theme and stage; suppressed (cells too small to tell), unknown (outcomes
    that nobody's events tell), until (the last moment seen, None of an empty store), caveat.
    """
    names = {found.id: found.name for found in store.themes.current()}
    journeys = [facts for _, facts in everyone(store, filter, taxonomy=taxonomy)]
    until = told_until(journeys)
    known = episodes(journeys, taxonomy, until=until)
    found, suppressed = associations(known)
    rows = [asdict(row) | {"name": names[row.theme]} for row in found if row.theme in names]
    unknown = [name for name in HORIZONS if not (known.outcomes[name] >= 0).any()]
    seen: datetime | None = EPOCH + until * MICROSECOND if until else None
    return {"associations": rows, "suppressed": suppressed, "unknown": unknown, "until": seen, "caveat": CAVEAT}


def asked(store: Store, found: dict[str, Any], *, theme: str = "", stage: str = "") -> dict[str, Any]:
    """Of what `outcomes` found, a theme's and a stage's: an answer does not depend on the question. Raises NotFound for
    a theme that is not a current one."""
    if theme:
        store.themes.get(theme)
    rows = [row for row in found["associations"] if theme in ("", row["theme"]) and stage in ("", row["stage"])]
    return found | {"associations": rows}
