"""Keyed pseudonyms: the same over all sources, of no use without the key, and moved to a new key without the raw value.

Under several keys a pseudonym is the newest key's hash of the pseudonym under the keys before. So what is stored can be
brought under a new key by itself, and who has the old keys and the store can test no guess without the new one.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence

STORED = re.compile(r"c[0-9a-f]{20}|events:[0-9a-f]{24}")
"""A whole pseudonym of a customer's identifier, or an event's keyed id."""
HASHED = re.compile(r"<([A-Z_]+)_([A-P]{8})>")
"""A placeholder that tells one hidden value from another."""
_LETTERS = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")


def pseudonym(identifier: str, *keys: bytes) -> str:
    """A customer's pseudonym from an identifier "kind:value": HMAC-SHA-256, under the keys one after another."""
    kind, _, value = identifier.partition(":")
    plain = re.sub(r"[^\d]", "", value)[-10:] if kind == "phone" else value.strip().lstrip("@").lower()
    return _under("c" + _hash(f"{kind}:{plain}", keys[0])[:20], keys[1:])


def event_id(id: str, *keys: bytes) -> str:
    """The keyed id of an event whose own is made from its customer's identifier."""
    return _under("events:" + _hash(id, keys[0])[:24], keys[1:])


def placeholder(kind: str, value: str, *keys: bytes) -> str:
    """`<EMAIL_ABCDEFGH>`: the same for the same value, in capital letters alone as all placeholders are."""
    plain = re.sub(r"[\W_]", "", value).lower()
    return _under(f"<{kind}_{_hash(f'{kind}:{plain}', keys[0])[:8].translate(_LETTERS)}>", keys[1:])


def rekeyed(name: str, key: bytes) -> str:
    """A pseudonym, an event's id or a hashed placeholder under one key more; anything else as it is."""
    if match := HASHED.fullmatch(name):
        return f"<{match[1]}_{_hash(name, key)[:8].translate(_LETTERS)}>"
    if not STORED.fullmatch(name):
        return name
    prefix = "events:" if name.startswith("events:") else "c"
    return prefix + _hash(name, key)[: len(name) - len(prefix)]


def fingerprint(key: bytes) -> str:
    """What tells keys apart and does not tell the key."""
    return _hash("a key of frictionary", key)[:16]


def _under(name: str, keys: Sequence[bytes]) -> str:
    for key in keys:
        name = rekeyed(name, key)
    return name


def _hash(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
