"""Masks personal data by patterns, and makes pseudonyms, before anything else sees a text."""

from nlp.redaction.handles import HANDLE, mask_handles
from nlp.redaction.masking import KINDS, PLACEHOLDER, Masked, redact
from nlp.redaction.pseudonyms import event_id, fingerprint, placeholder, pseudonym, rekeyed

__all__ = [
    "HANDLE",
    "KINDS",
    "PLACEHOLDER",
    "Masked",
    "event_id",
    "fingerprint",
    "mask_handles",
    "placeholder",
    "pseudonym",
    "redact",
    "rekeyed",
]
