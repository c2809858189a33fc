"""Ids are known by their hashes, in a table that grows."""

import tracemalloc

from pipelines.sources._seen import Seen


def test_every_id_is_new_once_while_the_table_grows() -> None:
    seen = Seen()
    ids = [f"zendesk:{number}" for number in range(5_000)]
    assert all(seen.add(id) for id in ids)
    assert not any(seen.add(id) for id in reversed(ids))


def test_ids_take_the_same_few_bytes_however_long_they_are() -> None:
    seen = Seen()
    tracemalloc.start()
    for number in range(3_000):
        seen.add(f"{number}" * 1_000)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 30 * 3_000
