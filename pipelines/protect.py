"""What happens to a conversation before it is stored: texts masked, the customer known by pseudonym alone."""

import os
import secrets
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nlp.conversation import Conversation
from nlp.redaction import pseudonym, redact
from pipelines.settings import Settings


def protector(settings: Settings) -> Callable[[Conversation], Conversation]:
    """Masks turns and metadata by patterns and replaces "kind:value" customers by a keyed pseudonym.

    A conversation of an unknown customer gets a pseudonym of its own id. Person names in texts are not masked.
    """
    key = secret(settings)

    def protect(conversation: Conversation) -> Conversation:
        return replace(
            conversation,
            customer=pseudonym(conversation.customer or f"conversation:{conversation.id}", key),
            turns=tuple(replace(turn, text=redact(turn.text)[0]) for turn in conversation.turns),
            metadata={name: _masked(value) for name, value in conversation.metadata.items()},
        )

    return protect


def secret(settings: Settings) -> bytes:
    """The key of the keyed hash: from the settings, else from `key_file`, made on first use for its owner alone."""
    if settings.key:
        return settings.key.encode()
    try:
        descriptor = os.open(settings.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _warn_if_shared(settings.key_file)
        return settings.key_file.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return settings.key_file.read_bytes()


def _warn_if_shared(file: Path) -> None:
    mode = file.stat().st_mode & 0o777
    if os.name == "posix" and mode & 0o077:
        warnings.warn(f"{file}: mode {mode:o}: others can use the key of the pseudonyms; chmod 600 it", stacklevel=3)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)[0]
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value
