"""Themes that begin to emerge, as messages to other systems."""

from nlp.themes.emerging import EMERGING, UNTOLD
from pipelines.messages import ThemeEmerging, message
from pipelines.movements import course
from pipelines.stores.protocols import Store

PERIOD = "week"


def emerging(store: Store) -> int:
    """Tell of themes that emerge and did not when this was asked last; returns how many. Where nobody listens, nothing
    is looked at."""
    if not store.outbox.listening():
        return 0
    names, moves = {t.id: t.name for t in store.themes.current()}, course(store, period=PERIOD).moves
    kinds = {theme: move.kind for theme, move in moves.items() if move.kind != UNTOLD}
    messages = {
        theme: message(
            "theme.emerging",
            ThemeEmerging(names[theme], PERIOD, m.periods, m.ratio.value if m.ratio else None, float(m.p)),
            subject=theme,
        )
        for theme, m in moves.items()
        if m.kind == EMERGING and theme in names
    }
    return store.outbox.move(kinds, messages)
