"""What of a conversation's words is kept to know them again: digests, a MinHash signature, and if it says "again"."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SIZE = 64
"""Permutations of a signature: the standard error of a Jaccard similarity of 0.7 is then 0.06 (Broder 1997)."""
SHINGLE = 3
"""Words of a shingle."""
HEAD = 12
"""Words by which a repost, which networks cut off, is known."""
Signature = npt.NDArray[np.uint32]

_WORD = re.compile(r"<[A-Z_]+>|[\w'’]+")
_REPOST = re.compile(r"^\s*RT\s+(?:@\w+|<HANDLE>)\s*:?\s*")
_ADDRESS = re.compile(r"https?://\S+")
_AGAIN = re.compile(
    r"""
    \b(?:i|we|i['’]ve|we['’]ve|have|had|already)\ (?:\w+\ ){0,2}?
        (?:wrote|written|e-?mailed|messaged|phoned|reported|contacted|tweeted|posted)\b
    |\A(?:(?:@\w+|<HANDLE>)\ )*(?:e-?mailed|wrote|messaged|phoned|reported|contacted|tweeted)\b
    |\b(?:e-?mailed|wrote\ to|messaged|phoned|contacted)\ (?:you|your|ye|u|ya)\b
    |\b(?:my|the|our|formal)\ (?:\w+\ )?(?:letter|e-?mail|mail|ticket|message|complaint|form|tweet|post)
        \ (?:of|from|on|dated|(?:i|we)\ (?:sent|opened|raised|wrote))\b
    |\b(?:send|sent|sending|write|writing)\ (?:it\ |this\ |that\ |to\ you\ )?again\b
    |\b(?:letter|e-?mail|mail|ticket|message|complaint)\ (?:is|was|remains|went)\ (?:still\ )?unanswered\b
    |\bas\ your\ (?:\w+\ ){1,3}?asked\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of the longest customer turn: `digest` of its words, `head` of the first of them, how many, `signature` (SIZE,).

    `again`: the words, of any customer turn, that speak of having told it before; "" without any. `repost`: another's
    words, passed on.
    """

    digest: str
    head: str
    words: int
    signature: Signature
    again: str = ""
    repost: bool = False


def fingerprint(turns: Sequence[str], *, repost: bool = False) -> Fingerprint:
    """Of a conversation's customer turns, masked."""
    longest = max(turns, key=len, default="")
    bare = _REPOST.sub("", longest)
    words = [word.lower() for word in _WORD.findall(_ADDRESS.sub(" ", bare))]
    again = next((found.group() for turn in turns for found in [_AGAIN.search(turn)] if found), "")
    return Fingerprint(
        _digest(words),
        _digest(words[:HEAD]),
        len(words),
        signature(words),
        " ".join(again.split()),
        repost or bare != longest,
    )


def signature(words: Sequence[str]) -> Signature:
    """uint32 (SIZE,): the lowest hashes of the shingles, by which the Jaccard similarity of two texts is estimated."""
    from datasketch import MinHash  # half a second of imports, which a server would wait for at its start

    shingles = {" ".join(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1))}
    hashed = MinHash(num_perm=SIZE, seed=1)
    hashed.update_batch([shingle.encode() for shingle in sorted(shingles)])
    return np.asarray(hashed.hashvalues, np.uint32)


def alike(one: Signature, other: Signature) -> float:
    """The Jaccard similarity of two texts' shingles, estimated, 0..1."""
    return float(np.mean(one == other))


def contained(one: Fingerprint, other: Fingerprint) -> float:
    """The share of the shorter text's shingles that are the longer one's too, estimated, 0..1.

    Of sets of a and b shingles with the Jaccard similarity j, j (a + b) / (1 + j) are in both (Broder 1997).
    """
    a, b = (max(1, told.words - SHINGLE + 1) for told in (one, other))
    similarity = alike(one.signature, other.signature)
    return min(1.0, similarity * (a + b) / (1 + similarity) / min(a, b))


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]
