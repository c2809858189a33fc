"""Every database keeps the keys of the API, and never their secrets."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nlp.errors import BadInput, NotFound, UnknownName
from pipelines import api_keys
from pipelines.api_keys import create, known, revoke, rotate
from pipelines.stores.sql import SqlStore

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_key_comes_back_as_made_and_its_token_is_known(store: SqlStore) -> None:
    key, token = create(store, " CRM ", ["edit", "read"], by="kim", at=AT, days=1, rate=60, quota=500)
    assert store.api_keys.get(key.id) == key
    assert (key.name, key.scopes, key.expires_at) == ("CRM", ("read", "edit"), AT + 24 * HOUR)
    assert known(store, token, AT) == key
    assert store.api_keys.all() == [key]


def test_a_token_is_known_by_its_public_part_and_each_is_another(store: SqlStore) -> None:
    made = [create(store, "x", ["read"], by="", at=AT) for _ in range(20)]
    assert len({token for _, token in made}) == 20
    assert all(api_keys.id_of(token) == key.id for key, token in made)
    assert all(len(token) > 55 for _, token in made)


def test_no_other_token_is_known(store: SqlStore) -> None:
    key, token = create(store, "x", ["read"], by="", at=AT)
    other, _ = create(store, "y", ["read"], by="", at=AT)
    secret = token.rpartition(f"{key.id}_")[2]
    for wrong in ("", "x", token[:-1], token + "x", token.upper(), f"fk_{other.id}_{secret}", f"fk_{key.id}_", secret):
        assert known(store, wrong, AT) is None
    assert known(store, f"fk_{key.id}_{key.digest}", AT) is None
    assert known(store, f"fk_' OR '1'='1_{secret}", AT) is None


def test_a_key_ends_at_its_time(store: SqlStore) -> None:
    key, token = create(store, "x", ["read"], by="", at=AT, days=0.5)
    assert known(store, token, AT + 11 * HOUR) == key
    assert known(store, token, AT + 12 * HOUR) is None


def test_a_rotated_key_knows_the_earlier_secret_for_a_while(store: SqlStore) -> None:
    key, first = create(store, "x", ["read"], by="", at=AT)
    turned, second = rotate(store, key.id, at=AT, grace=HOUR)
    assert known(store, first, AT) == known(store, second, AT) == turned
    assert known(store, first, AT + HOUR) is None
    assert known(store, second, AT + HOUR) == turned
    _, third = rotate(store, key.id, at=AT)
    assert known(store, first, AT) is None
    assert None not in (known(store, second, AT), known(store, third, AT))


def test_a_revoked_key_is_dead_at_once_with_both_its_secrets(store: SqlStore) -> None:
    key, first = create(store, "x", ["read"], by="", at=AT)
    second = rotate(store, key.id, at=AT)[1]
    assert revoke(store, key.id, at=AT) == revoke(store, key.id, at=AT + HOUR)
    assert (known(store, first, AT), known(store, second, AT)) == (None, None)
    with pytest.raises(BadInput, match="revoked"):
        rotate(store, key.id, at=AT)


def test_what_is_no_key_is_told(store: SqlStore) -> None:
    with pytest.raises(UnknownName, match="admin, classify"):
        create(store, "x", ["read", "write"], by="", at=AT)
    for name, scopes in (("", ["read"]), ("x", []), ("n" * 101, ["read"])):
        with pytest.raises(BadInput, match="needs a name"):
            create(store, name, scopes, by="", at=AT)
    with pytest.raises(NotFound, match="keys list"):
        revoke(store, "none", at=AT)
    assert store.api_keys.all() == []


def test_only_a_store_without_keys_gets_a_first_one(store: SqlStore) -> None:
    token = api_keys.first(store, at=AT)
    found = known(store, token, AT)
    assert found is not None
    assert found.scopes == ("admin",)
    assert api_keys.first(store, at=AT) == ""


def test_the_secret_lies_nowhere_in_the_store(tmp_path: Path) -> None:
    with SqlStore.open(f"sqlite:///{tmp_path}/store.db") as store:
        key, token = create(store, "x", ["read"], by="", at=AT)
        again = rotate(store, key.id, at=AT)[1]
        cells = [str(value) for _, value in store.sweep.cells()]
    bytes_ = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for secret in (token.rpartition(f"{key.id}_")[2], again.rpartition(f"{key.id}_")[2]):
        assert not [cell for cell in cells if secret in cell]
        assert secret.encode() not in bytes_
