"""Masks the handles of people: @handle, u/handle as on Reddit, and user names that are said to be such."""

import re
from collections.abc import Iterable

from nlp.redaction.rule import Place, plain, rules

HANDLE = "HANDLE"
_MENTION = re.compile(r"(?<![\w@./])(?:@(?=[\w.]{2})(\w{1,30}(?:\.\w{1,30}){0,3})|/?u/([\w-]{3,20}))\b")
_HINTS = (
    *(
        "user",
        "login",
        "log-in",
        "handle",
        "gamertag",
        "nickname",
        "screen name",
        "insta",
        "snap",
        "telegram",
        "discord",
        "skype",
    ),
    *("psn", "steam", "tiktok", "tik tok", "twitch", "xbox"),
)
_STATED = rules(
    (HANDLE, r"\b(?:user ?(?:name|id)|log-?in(?: name| id)?|screen name|handle|gamertag|nickname)"
     r"(?:['’]s| (?:is|was|with|as|just|my|name|and|no|gaps|called|works)\b|:|=){0,8} ?[\"'“‘]?"
     r"((?=[\w.-]*[\d_])[a-z][\w.-]{2,40}[a-z\d])(?![\w@])"),
    (HANDLE, r"\buser ?(?:name|id) ?(?:is|was|:|=) ?[\"'“‘]?([a-z]{5,30})(?=[\"'”’]?(?:[.,;\n]|$))"),
    (HANDLE, r"\buser ?(?:name|id) is ((?:[a-z]+ ){1,2}(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|"
     r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|underscore|dot|dash) ?){1,6}[a-z]*)(?<! )"),
    (HANDLE, r"\b(?:insta(?:gram)?|snap(?:chat)?|telegram|discord|skype|psn|steam|tik ?tok|twitch|xbox)(?: (?:name|id|handle|tag|account))?"
     r"(?:['’]s| is| was|:|=| ?@)+ ?[\"“‘]?((?=[\w.#-]*[\d_#])[a-z][\w.#-]{2,40}[a-z\d])(?![\w@])"),
    flags=re.IGNORECASE,
)  # fmt: skip


def mask_handles(text: str, *, keep: Iterable[str] = (), place: Place = plain) -> str:
    """The text with every @handle, u/handle as Reddit writes it, and user name said to be one, as `<HANDLE>`, but
    those of the names to `keep`, such as the company's own."""
    lower = text.lower()
    for rule in _STATED if any(map(lower.__contains__, _HINTS)) else ():
        text = rule(text, place)
    if "@" not in text and "u/" not in text:
        return text
    kept = [_letters(name) for name in keep]

    def masked(match: re.Match[str]) -> str:
        handle = _letters(match[1] or match[2])
        is_kept = any(name and (name.startswith(handle) or handle.startswith(name)) for name in kept)
        return match[0] if is_kept else place(HANDLE, match[1] or match[2])

    return _MENTION.sub(masked, text)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()
