"""The keys of the pseudonyms: from the environment or a file, oldest first; and whether a store is under them."""

import os
import secrets
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from nlp.errors import BadSetting
from nlp.redaction import fingerprint
from pipelines.settings import Settings
from pipelines.stores.protocols import Store


def keys(settings: Settings) -> tuple[bytes, ...]:
    """Oldest first; the newest signs. From the settings (apart by spaces), else the lines of `key_file`, which is made
    on first use for its owner alone. Raises BadSetting for a file without a key."""
    if settings.key:
        return tuple(key.encode() for key in settings.key.split())
    try:
        descriptor = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _warn_if_shared(settings.key_file)
    else:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_new())
    found = tuple(settings.key_file.read_bytes().split())
    if not found:
        raise BadSetting(f"{settings.key_file}: holds no key: restore it, or remove it and a new one is made")
    return found


def add_key(settings: Settings) -> tuple[bytes, ...]:
    """A new key at the end of `key_file`. Raises BadSetting where the keys come from the environment."""
    if settings.key:
        raise BadSetting("FRICTIONARY_KEY: add the new key behind the old ones, apart by a space, and rotate again")
    known = (*keys(settings), _new())
    beside = settings.key_file.with_name(settings.key_file.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(b"\n".join(known) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(settings.key_file)
    return known


def check(store: Store, known: Sequence[bytes]) -> None:
    """That the store's pseudonyms are under these very keys; a store without any is from now on. Raises BadSetting."""
    wanted, stored = [fingerprint(key) for key in known], store.privacy.keys()
    if not stored:
        store.privacy.put_keys(wanted, datetime.now(UTC))
    elif stored != wanted:
        behind = stored == wanted[: len(stored)]
        raise BadSetting(
            "the store's pseudonyms are under an earlier key: run 'frictionary privacy rotate'"
            if behind
            else "the store's pseudonyms were made under another key: give the one that made them (FRICTIONARY_KEY, "
            "FRICTIONARY_KEY_FILE), or old and new customers do not meet"
        )


def _new() -> bytes:
    return secrets.token_hex(32).encode()


def _warn_if_shared(file: Path) -> None:
    mode = file.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        warnings.warn(f"{file}: mode {mode:o}: others can use the key of the pseudonyms; chmod 600 it", stacklevel=3)
