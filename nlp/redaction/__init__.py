"""Masks personal data by patterns, and makes pseudonyms, before anything else sees a text."""

from nlp.redaction.handles import HANDLE, mask_handles
from nlp.redaction.masking import KINDS, Masked, redact
from nlp.redaction.pseudonyms import pseudonym

__all__ = ["HANDLE", "KINDS", "Masked", "mask_handles", "pseudonym", "redact"]
