"""The shape of a JSON text: the paths of its keys, by which a format is told from another, whatever the texts say."""

import re

TOKEN = re.compile(r'"((?:[^"\\\n]|\\.){0,99})"(\s*:)?|("(?:[^"\\\n]|\\.)*")|[{}]|\n(?=\{)')
DEEPEST = 4


def shape(head: str) -> set[str]:
    """Paths of the keys in the beginning of a JSON text, lists passed through, and short values of theirs.

    `[{"data": {"kind": "t3"}}]` has data, data.kind and data.kind=t3. The text may be cut off anywhere.
    """
    found: set[str] = set()
    path: list[str] = []
    key = ""
    for match in TOKEN.finditer(head):
        sign = match.group()
        if sign == "{":
            path.append(key)
        elif sign == "}":
            key = path.pop() if path else ""
        elif sign == "\n":  # the next line's record: whatever was left open before is not its concern
            path, key = [], ""
        elif match[2]:
            key = match[1]
            if len(path) <= DEEPEST:
                found.add(_joined(path, key))
        elif match[1] is not None and len(path) <= DEEPEST:
            found.add(f"{_joined(path, key)}={match[1]}")
    return found


def _joined(path: list[str], key: str) -> str:
    return ".".join([*(part for part in path if part), key])
