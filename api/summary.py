"""What a run found, for the terminal: the themes that hurt most, the journey's stages, counts, seconds a step."""

from typing import Any

from api.terminal import table
from nlp.taxonomy import Taxonomy
from pipelines.journeys import stages
from pipelines.movements import ranked
from pipelines.overview import overview
from pipelines.stores.protocols import Run, Store

TOP = 12


def show(run: Run, store: Store, taxonomy: Taxonomy) -> None:
    """Print the summary of `run` and of what the store now holds."""
    from rich.console import Console

    console = Console()
    figures = overview(store)
    console.print(
        f"\n[bold]{figures['conversations']:,} conversations[/] of {figures['customers']:,} customers, "
        f"{figures['segments']:,} segments, {figures['themes']} themes; "
        f"{figures['unassigned']:,} segments in no theme\n"
    )
    console.print(_themes(store))
    console.print(_stages(store, taxonomy))
    counts = ", ".join(f"{name} {count:,}" for name, count in run.counts.items() if count)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in run.seconds.items())
    console.print(f"\nThis run: {counts or 'nothing new'}\nSeconds: {steps}; in all {sum(run.seconds.values()):.1f} s")


def _themes(store: Store) -> Any:
    columns = {"theme": False, "conversations": True, "customers": True, "friction": True, "stage": False}
    rows = (
        (theme["name"], theme["conversations"], theme["customers"], round(theme["friction"]), theme["stage"])
        for theme in ranked(store)[:TOP]
    )
    return table(columns, rows, title="Themes by friction")


def _stages(store: Store, taxonomy: Taxonomy) -> Any:
    columns = {"stage": False, "conversations": True, "friction": True, "sentiment": True, "hurts most": False}
    rows = (
        (
            stage["stage"],
            stage["conversations"],
            round(stage["friction"] or 0),
            f"{stage['sentiment'] or 0:+.2f}",
            stage["themes"][0]["name"] if stage["themes"] else "",
        )
        for stage in stages(store, taxonomy)
    )
    return table(columns, rows, title="\nJourney stages")
