"""The sample's planted themes: which are found, how purely, and how soon the one that begins late is told as emerging.

The answer key scores here and chooses nothing. The store is filled and refitted week by week, as a running one is.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from benchmarks.heading import heading
from nlp.conversation import Conversation, conversation_of
from nlp.themes.emerging import EMERGING
from pipelines.annotate import Annotator, annotate
from pipelines.discover import discover, units
from pipelines.ingest import ingest
from pipelines.movements import course
from pipelines.protect import protector
from pipelines.settings import ROOT, Settings
from pipelines.stores import open_store
from pipelines.stores.protocols import Filter, Store

SAMPLE = ROOT / "corpora" / "sample"
NEW, LAUNCHED = "T09", date(2026, 10, 1)
"""The planted theme that begins late, and the day of its cause."""
MONDAYS = [date(2026, 9, 7) + timedelta(weeks=n) for n in range(9)]
"""Themes are found anew on these: four before the launch, which tell of false alarms, and five after it."""
RESULT = ROOT / "benchmarks" / "results" / "theme-sample.md"

Planted = Mapping[str, Sequence[str]]
"""A conversation to the planted themes that it tells."""


def files() -> list[Path]:
    return [SAMPLE / "tickets.jsonl", SAMPLE / "posts.jsonl", *sorted((SAMPLE / "calls").iterdir())]


def said(settings: Settings, folder: Path) -> list[Conversation]:
    """The sample's conversations, masked, oldest first."""
    with open_store(f"sqlite:///{folder}/all.db") as store:
        ingest(files(), store=store, protect=protector(settings), settings=settings)
        found = [talk for talk, _ in store.conversations.page(Filter(), limit=10_000)]
    return sorted(found, key=lambda talk: (talk.started_at, talk.id))


def segments(annotator: Annotator, settings: Settings) -> tuple[list[str], list[str]]:
    """Texts that themes are found in, and the planted theme that their conversation tells, "" where none or several."""
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))["conversations"]
    with open_store(settings.store) as store:
        ingest(files(), store=store, protect=protector(settings), settings=settings)
        annotate(store, annotator)
        ids, texts, _ = units(store, encoder=annotator.encoder.version)
    told = [key[conversation_of(id)]["themes"] for id in ids]
    return texts, [themes[0] if len(themes) == 1 else "" for themes in told]


def telling(store: Store) -> dict[str, set[str]]:
    """The conversations that tell each theme."""
    found: dict[str, set[str]] = {theme.id: set() for theme in store.themes.current()}
    for segment, theme in store.themes.members().items():
        if theme in found:
            found[theme].add(conversation_of(segment))
    return found


def leading(told: Mapping[str, set[str]], planted: Planted) -> dict[str, str]:
    """The planted theme that most of a found theme's conversations tell, "" where that is none."""
    counts = {id: Counter(name for talk in talks for name in planted[talk]) for id, talks in told.items()}
    return {id: count.most_common(1)[0][0] if count else "" for id, count in counts.items()}


def week(store: Store, annotator: Annotator, talks: Sequence[Conversation], monday: date, planted: Planted) -> str:
    """Take in what was said before `monday`, find themes anew, and tell which emerge."""
    store.conversations.put(talks)
    annotate(store, annotator)
    at = datetime.combine(monday, time(), UTC)
    themes = discover(store, annotator.encoder, run=f"{monday}", at=at, headlines=annotator.headlines)
    names, leads = {theme.id: theme.name for theme in themes}, leading(telling(store), planted)
    moves = course(store).moves
    risen = [f"{names[id]} ({leads[id] or '-'})" for id in names if id in moves and moves[id].kind == EMERGING]
    new = sum(NEW in planted[talk.id] for talk in talks)
    return f"| {monday} | {store.conversations.count()} | {len(themes)} | {new} | {'; '.join(risen) or '-'} |"


def found(store: Store, names: Mapping[str, str], planted: Planted) -> list[str]:
    """A line a planted theme: the found one that holds most of it, of those that it leads where there are any."""
    told = telling(store)
    leads = leading(told, planted)
    lines: list[str] = []
    for key, what in sorted(names.items()):
        own = {talk for talk, themes in planted.items() if key in themes}
        best = max(told, key=lambda id: (leads[id] == key, len(told[id] & own), id))
        both, several = len(told[best] & own), sum(lead == key for lead in leads.values())
        name = next(theme.name for theme in store.themes.current() if theme.id == best)
        shares = f"{100 * both / len(own):.0f} | {100 * both / len(told[best]):.0f}"
        lines.append(f"| {key}: {what} | {len(own)} | {several} | {name} | {shares} |")
    return lines


def main() -> None:
    key = json.loads((SAMPLE / "KEY.json").read_text("utf-8"))
    planted = {id: given["themes"] for id, given in key["conversations"].items()}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment(
            store=f"sqlite:///{folder}/store.db", key="benchmark", dead_letters=Path(folder) / "dead-letters.jsonl"
        )
        annotator, talks, weeks = Annotator.of(settings), said(settings, Path(folder)), list[str]()
        with open_store(settings.store) as store:
            for since, until in zip([date.min, *MONDAYS], MONDAYS, strict=False):
                new = [talk for talk in talks if since <= talk.started_at.date() < until]
                weeks.append(week(store, annotator, new, until, planted))
                print(weeks[-1], flush=True)
            lines, count = found(store, key["themes"], planted), len(store.themes.current())
    led = sum(line.split(" | ")[2] != "0" for line in lines)
    RESULT.write_text(
        f"""{heading("The sample's planted themes", command="python -m benchmarks.theme_sample", seed=0)}
Encoder {annotator.encoder.version}. {led} of {len(lines)} planted themes lead one of the {count} themes found or more;
"by" is the one that holds most of it, *held* the percent of its conversations that are there, *pure* the percent of
that theme's conversations which tell it. A conversation may tell two.

| planted | conversations | themes it leads | by | held | pure |
|---|---|---|---|---|---|
{chr(10).join(lines)}

## What emerges, week by week

Each Monday the conversations of the week before are taken in, themes found anew, and movements told; {NEW} begins on
{LAUNCHED}. In brackets the planted theme that leads the one told as emerging.

| Monday | conversations | themes | of them new and of {NEW} | emerging |
|---|---|---|---|---|
{chr(10).join(weeks)}
""",
        encoding="utf-8",
    )
    print(RESULT.read_text("utf-8"))


if __name__ == "__main__":
    main()
