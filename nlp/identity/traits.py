"""Keyed hashes by which customers are told to be alike: nothing readable is kept.

A whole name, address or number is hashed, and each of them with one character left out, so that two that differ by one
mistyped character share a hash (deletion neighbourhoods, Mor & Fraenkel 1982). Who holds the key may test a guess;
frequent names show as frequent hashes.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

FIELDS, LEVELS = ("name", "email", "phone"), ("same", "near")
Traits = Mapping[str, list[str]]


def traits(identifiers: Iterable[str], key: bytes) -> dict[str, list[str]]:
    """Of one record's identifiers "kind:value": hashes under "name_same", "name_near", "email_same", and so on."""
    found: dict[str, set[str]] = {}
    for identifier in identifiers:
        field, _, value = identifier.partition(":")
        if field in FIELDS and value.strip():
            for level, texts in _said(field, value).items():
                found.setdefault(f"{field}_{level}", set()).update(_hash(key, field, level, text) for text in texts)
    return {name: sorted(hashes) for name, hashes in sorted(found.items())}


def _said(field: str, value: str) -> dict[str, set[str]]:
    words = sorted(re.findall(r"[^\W_]+", value.lower()))
    whole = {"name": " ".join(words), "email": value.lower().strip(), "phone": re.sub(r"\D", "", value)[-10:]}[field]
    return {"same": {whole}, "near": {whole, *(whole[:n] + whole[n + 1 :] for n in range(len(whole)))}}


def _hash(key: bytes, field: str, level: str, text: str) -> str:
    return hashlib.blake2b(f"{field}:{level}:{text}".encode(), key=key[:64], digest_size=6).hexdigest()
