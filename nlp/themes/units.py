"""Units: which texts shape themes. Greetings, thanks, bare answers and boilerplate do not; near-copies do so once."""

import re
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from nlp.cues import cues
from nlp.segmentation import sentences
from nlp.themes.assign import Places
from nlp.themes.terms import PLACEHOLDER, words

LONG, SHINGLE = 8, 3
"""Words from which near-copies are looked for (shorter texts are many people's own), and words of a shingle."""
NEAR = 0.7
"""Jaccard similarity of two texts' shingles from which they are one template."""
REPEATED = 8
"""Words of a sentence that no two people write alike."""
PERMUTATIONS = 64
"""Of a MinHash signature (Broder 1997)."""
BRIEF, FIGURES = 14, 0.25
"""A text of at most so many words, more than that share of them figures and masked data, is an answer."""
POLITE = words(
    "hi hello hey dear sir madam team all good morning afternoon evening day night thanks thank you your very "
    "much so many please kindly regards best wishes kind cheers sincerely yours faithfully greetings bye goodbye "
    "welcome appreciate it that this is was will be ok okay yes yeah yep no nope sure right alright fine great "
    "perfect awesome cool nice correct exactly a lot for the help time again have one too and oh ah um uh er hmm "
    "well now there how are doing i i'm im am we me my us would can could waiting here ma'am mam bro buddy ta lol"
)
FIELDS = words(
    "name names surname first last full middle email mail mails e-mail id number numbers no num phone mobile cell "
    "contact telephone address street st road rd avenue ave lane apt apartment flat house city state country zip "
    "zipcode code postcode pin password passcode username user login account acc acct ac ssn social security "
    "digits digit four policy claim order reference ref confirmation booking ticket model serial date birth dob "
    "born birthday age card ending ends with of in on at to from as by or under amount total usd dollars is its "
    "it's are has here's below following mentioned given these those gmail gmailcom yahoo company business iphone "
    "android also other another"
)
"""What an agent asks for, and the words that go with it."""
BOILERPLATE = re.compile(
    r"^sent from my \w+|get outlook for|click here to unsubscribe|unsubscribe (?:here|from (?:this|these))"
    r"|view (?:this|it) in (?:your|a) browser|confidential(?:ity)? notice|intended (?:solely|only) for"
    r"|do not reply to this|all rights reserved|this (?:e-?mail|message) (?:is|was) automatically"
    r"|please consider the environment",
    re.IGNORECASE,
)
"""What a machine adds to a mail."""
COMPLAINT = re.compile(
    r"\?|\b(?:but|not|never|only|still|again|why|how|when|what|where|which|cannot|cant|wrong|incorrect|errors?|problems?"
    r"|issues?|help|refund|lost|stolen|broken|cracked|charged|cancel|close|change|want|need)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Signs that a text with figures is more than an answer."""
_TOKEN = re.compile(r"<[A-Z_]+>|@\w+|\d[\d.,/:-]*|[^\W\d_][\w'’-]*")
_NAMED = re.compile(r"@\w+|<HANDLE>")


def speaks(text: str) -> bool:
    """False for greetings, thanks, bare answers (a name, a number, an address) and boilerplate: they ask nothing."""
    if BOILERPLATE.search(text):
        text = " ".join(text[a:b] for a, b in sentences(text) if not BOILERPLATE.search(text[a:b]))
    tokens = [token.lower() for token in _TOKEN.findall(_NAMED.sub(" ", text))]
    plain = [t for t in tokens if not (t[0].isdigit() or PLACEHOLDER.fullmatch(t))]
    hard = len(tokens) - len(plain)
    telling = [t for t in plain if t not in POLITE]
    if not telling or not hard:
        return bool(telling)
    if COMPLAINT.search(text) or cues(text):
        return True
    loose = [t for t in telling if t not in FIELDS]
    return len(loose) > 2 and not (len(tokens) <= BRIEF and hard > FIGURES * len(tokens))


def copies(texts: Sequence[str]) -> Places:
    """intp (n,): for each text the place of the first that it is a near-copy of, its own place where there is none:
    forwarded mails, reposts, canned words with another name or figure in them. Of few words no two are copies."""
    from datasketch import MinHash, MinHashLSH

    index: MinHashLSH = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS)
    blank = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=crc32)
    equal: dict[str, int] = {}
    signatures: dict[int, MinHash] = {}
    first = np.arange(len(texts))
    for n, text in enumerate(texts):
        said = re.findall(r"[^\W\d_]+", PLACEHOLDER.sub(" ", text.lower()))
        if len(said) < LONG:
            continue
        if (key := " ".join(said)) not in equal:
            signature = blank.copy()
            signature.update_batch([" ".join(said[k : k + SHINGLE]).encode() for k in range(len(said) - SHINGLE + 1)])
            alike = [m for m in index.query(signature) if signatures[m].jaccard(signature) >= NEAR]
            equal[key] = min(alike, default=n)
            if not alike:
                index.insert(n, signature)
                signatures[n] = signature
        first[n] = equal[key]
    return first


def different(texts: Sequence[str]) -> list[str]:
    """Those that are no near-copy of an earlier one: a form letter speaks once."""
    return [text for n, (text, first) in enumerate(zip(texts, copies(texts).tolist(), strict=True)) if n == first]


def unrepeated(texts: Sequence[str]) -> list[str]:
    """The texts without the sentences of REPEATED words and more that an earlier one holds word for word: those come
    from one form. What is nothing else is left out."""
    seen, found = set[str](), list[str]()
    for text in texts:
        own = [text[start:end] for start, end in sentences(text)]
        said = [" ".join(re.findall(r"[^\W\d_]+", sentence.lower())) for sentence in own]
        kept = [s for s, key in zip(own, said, strict=True) if key.count(" ") < REPEATED - 1 or key not in seen]
        seen.update(said)
        found += [" ".join(kept)] if kept else []
    return found
