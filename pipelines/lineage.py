"""Themes over time, out of a store: those that a discovery looks for, and what became of one."""

from collections.abc import Iterable, Mapping

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.errors import BadModel, NotFound
from nlp.themes.assign import Assigner
from nlp.themes.lineage import Chapter, Standing, chapters
from nlp.themes.matching import Known
from pipelines.edits import replayed
from pipelines.stores.protocols import Store


def known(store: Store, before: Mapping[str, Standing], made: Iterable[str], *, encoder: Encoder) -> Known:
    """The themes `before`, with the centroids of the run that found each last, where it was `encoder`'s, and those that
    people `made` by splitting.

    Merges by people are left aside: what was found as two is looked for as two, and shown as one by the replay. What
    people split off or moved belongs where they put it; a theme that they emptied so is not looked for.
    """
    found = store.themes.members(found=True)
    members = found | {s: theme for s, theme in replayed(store).moved.items() if s in found}
    emptied = set(found.values()) - set(members.values())
    ids = tuple(dict.fromkeys((*(id for id in before if id not in emptied), *sorted(made))))
    centroids = np.zeros((len(ids), encoder.dimension), np.float32)
    served = {run: _served(store, run, encoder.version) for run in {standing.run for standing in before.values()}}
    for place, id in enumerate(ids):
        if id in before:
            centroids[place] = served[before[id].run].get(id, centroids[place])
    return Known(ids, centroids, {s: theme if theme in ids else None for s, theme in members.items()})


def _served(store: Store, run: str, encoder: str) -> dict[str, Floats]:
    """The centroids of a run by theme; none of a damaged artefact, which a new discovery replaces."""
    try:
        artefact = store.themes.artefact(run)
        serving = Assigner.from_bytes(artefact) if artefact else None
    except BadModel:
        return {}
    if serving is None or serving.encoder != encoder:
        return {}
    return dict(zip(serving.themes, serving.centroids, strict=True))


def history(store: Store, id: str) -> list[Chapter]:
    """What became of a theme, current or not, and of those that split from it or merged into it. Raises NotFound for an
    id that was never given."""
    facts = store.lineage.of(id)
    if not facts and id not in store.themes.names():
        raise NotFound(f"no theme {id!r} was ever found")
    return chapters(facts)
