"""The part of a card that tells what a threshold on confidence keeps."""

from collections.abc import Sequence

from nlp.promise import Place


def card_lines(name: str, places: Sequence[Place]) -> list[str]:
    """TOML: a table `curve.name` a place, of growing coverage."""
    lines: list[str] = []
    for place in places:
        lines += ["", f"[[curve.{name}]]"]
        lines += [f"{field} = {getattr(place, field):.9g}" for field in ("coverage", "threshold", "precision", "low")]
    return lines
