"""Themes that a store might need: proposed where segments in no theme speak alike, shown to people, never made."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from nlp.conversation import conversation_of
from nlp.themes.context import in_context
from nlp.themes.proposals import FEWEST, MOST, Proposal, growing
from nlp.themes.terms import terms
from pipelines.stores.protocols import Quote, Store


@dataclass(frozen=True, slots=True)
class Open:
    """A proposal with those of its segments that are still in no theme."""

    proposal: Proposal
    quotes: tuple[Quote, ...]


def propose(store: Store, *, at: datetime, encoder: str = "") -> list[Proposal]:
    """Look at the segments in no theme, if any came since the discovery, and keep what they propose in place of what
    was proposed before; returns it, the largest first. `encoder`: only those embedded by that version."""
    fresh, run = store.themes.themeless(), store.themes.current_run()
    if run is None or not any(fresh.values()):
        return []
    ids, texts, embeddings, _ = store.signals.bearing(0.0, themeless=True, encoder=encoder)
    conversations = list(map(conversation_of, ids))
    seen = in_context(embeddings, conversations, list(map(len, texts)))
    read = np.flatnonzero(seen.any(axis=1)).tolist() if len(ids) else []
    last = sorted(sorted(read, key=lambda n: not fresh.get(ids[n], False))[:MOST])
    groups = growing(seen[last], [conversations[n] for n in last], [fresh.get(ids[n], False) for n in last])
    rows = [[last[n] for n in group] for group in groups]
    telling = terms([[texts[n] for n in group] for group in rows])
    found = [
        Proposal(at, tuple(ids[n] for n in group), sum(fresh.get(ids[n], False) for n in group), telling.of(k))
        for k, group in enumerate(rows)
    ]
    store.proposals.put(run, found)
    return found


def current(store: Store) -> list[Open]:
    """What is proposed now. A group that people or a discovery have given a theme to is no longer told."""
    found: list[Open] = []
    for proposal in store.proposals.current():
        quotes = tuple(quote for quote in store.signals.quotes(proposal.segments) if quote.theme is None)
        if len(quotes) >= FEWEST:
            found.append(Open(proposal, quotes))
    return found
