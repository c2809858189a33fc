"""Themes over time, out of a store: those that a discovery looks for, and what became of one."""

from collections.abc import Mapping

import numpy as np

from nlp.encoder import Encoder, Floats
from nlp.errors import BadModel, NotFound
from nlp.themes.assign import Assigner
from nlp.themes.lineage import Chapter, Standing, chapters
from nlp.themes.matching import Known
from pipelines.stores.protocols import Store


def known(store: Store, before: Mapping[str, Standing], *, encoder: Encoder) -> Known:
    """The themes `before`, with the centroids of the run that found each last, where it was `encoder`'s."""
    centroids = np.zeros((len(before), encoder.dimension), np.float32)
    served = {run: _served(store, run, encoder.version) for run in {standing.run for standing in before.values()}}
    for place, (id, standing) in enumerate(before.items()):
        centroids[place] = served[standing.run].get(id, centroids[place])
    members = {s: id if id in before else None for s, id in store.themes.members().items()}
    return Known(tuple(before), centroids, members)


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
