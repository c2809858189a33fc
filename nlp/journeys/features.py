"""Features: customers' pasts in figures, as known at a moment; one definition for one customer and for a million.

`dictionary.py` says what each one is. A figure of a row depends on that row's facts alone, to the last bit: what is
read for one customer equals what a batch tells.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from nlp.conversation import Channel
from nlp.journeys.dictionary import FEATURES, LEAVING, OPEN, WINDOWS
from nlp.journeys.facts import Facts, ticks
from nlp.journeys.groups import Array, Groups, ratio
from nlp.journeys.ledger import DAY, Ledger
from nlp.taxonomy import NONE, UNKNOWN_STAGE, Taxonomy

Value = int | float | str | None
Table = Mapping[str, Array]
"""Feature -> an array (rows,): int64, float64 with NaN for none, or objects with None for none."""


def features(facts: Facts, *, at: datetime, taxonomy: Taxonomy) -> dict[str, Value]:
    """One customer's features as of `at`; what is dated at or after it is not looked at.

    `facts` must tell what was known then: `facts.since` is before `at`, or they were made for it.
    """
    return row(table([facts], np.array([ticks(at)]), taxonomy), 0)


def row(table: Table, n: int) -> dict[str, Value]:
    """One row; None for what is not defined."""
    found = {name: column[n] for name, column in table.items()}
    return {
        f.name: None if found[f.name] is None or found[f.name] != found[f.name] else f.kind(found[f.name])
        for f in FEATURES
    }


def table(facts: Sequence[Facts], at: Array, taxonomy: Taxonomy) -> Table:
    """The features of many customers, or of one at many moments. `at`: microseconds since 1970, int64 (len(facts),)."""
    ledger = Ledger.of(facts, at, taxonomy)
    found = _recency(ledger) | _feeling(ledger) | _topics(ledger) | _events(ledger) | _place(ledger, taxonomy)
    return {f.name: found[f.name] for f in FEATURES}


def _recency(ledger: Ledger) -> dict[str, Array]:
    said, age, channel = ledger.said, ledger.age("said"), ledger.columns["said.channel"]
    first, last = said.first(age, otherwise=np.nan), said.last(age, otherwise=np.nan)
    counts, quarter, names = said.counts(), age <= 90 * DAY, ledger.names["said.channel"].tolist()
    known = np.fmax(first, ledger.done.first(ledger.age("done"), otherwise=np.nan))
    recent = said.where(quarter)
    found = {
        "days_known": known / DAY,
        "conversations": counts,
        "days_since_contact": last / DAY,
        "days_between_contacts": ratio((first - last) / DAY, counts - 1),
        "channel_last": ledger.names["said.channel"][said.last(channel, otherwise=-1)],
        "channels_90d": recent.distinct(channel[quarter]),
        "handovers_90d": said.where(quarter & (ledger.columns["said.handed"] > 0)).counts(),
    }
    found |= {f"conversations_{days}d": said.where(age <= days * DAY).counts() for days in WINDOWS}
    for name in Channel:
        code = names.index(name) if name in names else -1
        found[f"channel_{name}_90d"] = recent.means(channel[quarter] == code)
    return found


def _feeling(ledger: Ledger) -> dict[str, Array]:
    said, age, of = ledger.said, ledger.age("said"), ledger.columns
    found = {name: said.last(of[f"said.{name}"], otherwise=np.nan) for name in ("sentiment", "friction")}
    found = {f"{name}_last": column for name, column in found.items()}
    for days in WINDOWS:
        inside = age <= days * DAY
        recent, sentiment, friction = said.where(inside), of["said.sentiment"][inside], of["said.friction"][inside]
        found |= {
            f"sentiment_mean_{days}d": recent.means(sentiment),
            f"sentiment_worst_{days}d": recent.least(sentiment),
            f"sentiment_trend_{days}d": recent.trend(sentiment),
            f"friction_mean_{days}d": recent.means(friction),
            f"friction_load_{days}d": recent.sums(friction) / 100,
            f"effort_mean_{days}d": recent.means(of["said.effort"][inside]),
            f"leaving_{days}d": said.where(inside & (of["said.leaving"] >= LEAVING)).counts(),
        }
    return found


def _topics(ledger: Ledger) -> dict[str, Array]:
    said, age, intent, intents = (
        ledger.said,
        ledger.age("said"),
        ledger.columns["said.intent"],
        ledger.names["said.intent"],
    )
    quarter = age <= 90 * DAY
    common, often = said.where(quarter).commonest(intent[quarter])
    unsolved = (age <= 30 * DAY) & (ledger.columns["said.ending"] < OPEN) & (intents[intent] != NONE)
    raised, theme, themes = ledger.raised, ledger.columns["raised.theme"], ledger.names["raised.theme"]
    month, recent = ledger.age("raised") <= 30 * DAY, ledger.age("raised") <= 90 * DAY
    top, repeats = raised.where(recent).commonest(theme[recent])
    return {
        "intent_last": intents[said.last(intent, otherwise=-1)],
        "intent_top_90d": intents[common],
        "intents_90d": said.where(quarter).distinct(intent[quarter]),
        "intent_repeats_90d": often,
        "open_problems": said.where(unsolved).counts(),
        "open_themes": raised.where(month).distinct(theme[month]),
        "themes_90d": raised.where(recent).distinct(theme[recent]),
        "theme_top_90d": themes[top],
        "theme_repeats_90d": repeats,
    }


def _events(ledger: Ledger) -> dict[str, Array]:
    done, age, value = ledger.done, ledger.age("done"), ledger.columns["done.earned"]
    quarter = age <= 90 * DAY
    found = {f"events_{days}d": done.where(age <= days * DAY).counts() for days in WINDOWS}
    return found | {
        "events": done.counts(),
        "days_since_event": done.last(age, otherwise=np.nan) / DAY,
        "event_last": ledger.names["done.name"][done.last(ledger.columns["done.name"], otherwise=-1)],
        "value": done.sums(value),
        "value_90d": done.where(quarter).sums(value[quarter]),
    }


def _place(ledger: Ledger, taxonomy: Taxonomy) -> dict[str, Array]:
    """The path of `visits.merged`, in columns: sightings by time, those of one moment in the order of the taxonomy."""
    at = np.concatenate([ledger.columns["said.at"], ledger.columns["done.at"]])
    rows = np.concatenate([ledger.said.rows, ledger.done.rows])
    stage, names = ledger.columns["stage"], ledger.names["stage"]
    place = {name: n for n, name in enumerate(taxonomy.stage_names)}
    rank = np.array([place.get(name, len(place)) for name in names])
    order = np.lexsort((rank[stage], at, rows))
    order = order[names[stage[order]] != UNKNOWN_STAGE]
    rows, stage, at = rows[order], stage[order], at[order]
    fresh = np.concatenate([[True], (np.diff(rows) != 0) | (np.diff(stage) != 0)])[: len(rows)]
    stays, stage, since = Groups(rows[fresh], ledger.said.size), stage[fresh], at[fresh]
    current = names[stays.last(stage, otherwise=-1)]
    before = np.concatenate([stays.rows[1:] == stays.rows[:-1], [False]])[: len(stage)]  # all but the last of a row
    return {
        "stage": np.where(current == None, UNKNOWN_STAGE, current),  # noqa: E711
        "stage_before": names[stays.where(before).last(stage[before], otherwise=-1)],
        "days_in_stage": stays.last(ledger.at[stays.rows] - since, otherwise=np.nan) / DAY,
        "stages": stays.distinct(stage),
        "stage_moves": np.maximum(stays.counts() - 1, 0),
    }
