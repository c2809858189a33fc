"""Customers that are alike though no identifier is the same: Splink over keyed hashes, as an option."""

import importlib
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from typing import Any

from nlp.errors import MissingDependency
from nlp.identity.claim import NAME, Match
from nlp.identity.resolution import Resolution, resolve
from nlp.identity.traits import FIELDS, LEVELS, Traits
from pipelines.identity import resolve as settle
from pipelines.stores.protocols import Store

SHOWN = 0.5
"""From this probability on, a match is kept, so that people can decide."""
USUAL, ENOUGH = (0.8, 0.12, 0.08), 500
"""How often two records of one person agree, nearly agree and differ in a field, before that is learnt; from so many
pairs on, of at least two fields, it is."""
TWICE = 0.05
"""Share of customers that are expected to be there twice."""
PAIRS, SEED = 1e6, 1
"""Random pairs from which is learnt how often two strangers agree, and their seed."""


def alike(customers: Iterable[tuple[str, Traits]]) -> list[Match]:
    """Pairs of customers that are alike with a probability of `SHOWN` at least, the likeliest first, with the weight of
    each field; a customer may come with the traits of several records. Raises MissingDependency.

    Fellegi and Sunter's model (1969); its parameters are estimated from the customers themselves by EM (Splink). Two
    whose names differ are none, whatever they share: couples share addresses, households phones.
    """
    if find_spec("splink") is None:
        raise MissingDependency.of("linkage", "splink", "linkage")
    rows = _merged(customers)
    if len(rows) < 2:
        return []
    linker = _trained(rows)
    predicted = linker.inference.predict(threshold_match_probability=SHOWN).as_record_list()
    matches = [_match(row) for row in predicted if row["mw_name"] >= 0]
    return sorted(matches, key=lambda match: (-match.probability, match.one, match.other))


def beside(found: Resolution, kept: Iterable[tuple[str, Traits]]) -> list[Match]:
    """Which customers of a resolution are alike, by the traits kept of identifiers; those of what was set aside, which
    may be several people's, are left out. Raises MissingDependency."""
    return alike((found.links.get(one, one), traits) for one, traits in kept if one not in found.aside)


def match(store: Store) -> tuple[list[Match], int]:
    """Find the customers of a store that are alike beside the rules; those that are believed to be one become one.

    Returns (all matches, how many conversations moved). Only what was ingested with the setting `linkage` is compared.
    """
    found = resolve(store.identity.claims(), store.identity.decisions())
    matches = beside(found, store.identity.traits())
    store.identity.match(matches)
    return matches, settle(store)


def _merged(customers: Iterable[tuple[str, Traits]]) -> list[dict[str, Any]]:
    """A row a customer: its hashes, and one of each field to learn by."""
    known: dict[str, dict[str, set[str]]] = {}
    for customer, kept in customers:
        for name, hashes in kept.items():
            known.setdefault(customer, {}).setdefault(name, set()).update(hashes)
    names = [f"{field}_{level}" for field in FIELDS for level in LEVELS]
    rows = [
        {"unique_id": id} | {name: sorted(kept.get(name, ())) for name in names} for id, kept in sorted(known.items())
    ]
    return [row | {field: next(iter(row[f"{field}_same"]), None) for field in FIELDS} for row in rows]


def _trained(rows: list[dict[str, Any]]) -> Any:
    import duckdb
    import pyarrow as pa

    splink, backend = importlib.import_module("splink"), importlib.import_module("splink.backends.duckdb")
    logging.getLogger("splink").setLevel(logging.ERROR)
    chosen = splink.SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=2 * TWICE / (len(rows) - 1),
        comparisons=[_comparison(field) for field in FIELDS],
        blocking_rules_to_generate_predictions=_blocks(splink),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    database = backend.DuckDBAPI(connection=duckdb.connect(config={"threads": 1}))
    table = database.register(pa.Table.from_pylist(rows), dataset_display_name="customers")
    linker = splink.Linker(table, chosen, log_level=None)
    linker.training.estimate_u_using_random_sampling(max_pairs=PAIRS, seed=SEED)
    fields = [field for field in FIELDS if _pairs(row[field] for row in rows) >= ENOUGH]
    for field in fields if len(fields) > 1 else ():  # one alone would leave its own field unlearnt
        linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(field))
    return linker


def _pairs(values: Iterable[str | None]) -> int:
    return sum(n * (n - 1) // 2 for value, n in Counter(values).items() if value)


def _blocks(splink: Any) -> list[Any]:
    """Pairs worth a look: nearly the same address or number. A name alone is too weak to reach `SHOWN`."""
    near = (f"{field}_near" for field in FIELDS if field != NAME)
    return [splink.block_on(column, arrays_to_explode=[column]) for column in near]


def _comparison(field: str) -> Any:
    library = importlib.import_module("splink.comparison_library")
    sides = [f'"{field}_{{level}}_{side}"' for side in ("l", "r")]
    untold = " OR ".join(f"len({side.format(level='same')}) = 0" for side in sides)
    shared = [f"list_has_any({', '.join(side.format(level=level) for side in sides)})" for level in LEVELS]
    told = zip((*LEVELS, "differ"), (*shared, "ELSE"), USUAL, strict=True)
    return library.CustomComparison(
        output_column_name=field,
        comparison_levels=[
            {"sql_condition": untold, "label_for_charts": "untold", "is_null_level": True},
            *({"label_for_charts": name, "sql_condition": sql, "m_probability": m} for name, sql, m in told),
        ],
    )


def _match(row: Mapping[str, Any]) -> Match:
    weights = {field: round(float(row[f"mw_{field}"]), 2) for field in FIELDS}
    one, other = sorted((str(row["unique_id_l"]), str(row["unique_id_r"])))
    return Match(one, other, round(float(row["match_probability"]), 6), weights)
