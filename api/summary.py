"""What a run found, for the terminal: the themes that hurt most, the journey's stages, counts, seconds a step."""

from nlp.taxonomy import Taxonomy
from pipelines.journeys import stages
from pipelines.stores.protocols import Run, Store

TOP = 12


def show(run: Run, store: Store, taxonomy: Taxonomy) -> None:
    """Print the summary of `run` and of what the store now holds."""
    from rich.console import Console

    console = Console()
    figures = store.overview()
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


def _themes(store: Store) -> object:
    from rich.table import Table

    table = Table(title="Themes by friction", title_justify="left", box=None, pad_edge=False)
    for name in ("theme", "conversations", "customers", "friction", "stage"):
        table.add_column(name, justify="left" if name in ("theme", "stage") else "right")
    for theme in store.themes.ranked()[:TOP]:
        row = (theme["name"], theme["conversations"], theme["customers"], round(theme["friction"]), theme["stage"])
        table.add_row(*map(str, row))
    return table


def _stages(store: Store, taxonomy: Taxonomy) -> object:
    from rich.table import Table

    table = Table(title="\nJourney stages", title_justify="left", box=None, pad_edge=False)
    for name in ("stage", "conversations", "friction", "sentiment", "hurts most"):
        table.add_column(name, justify="left" if name in ("stage", "hurts most") else "right")
    for stage in stages(store, taxonomy):
        most = stage["themes"][0]["name"] if stage["themes"] else ""
        friction, sentiment = stage["friction"] or 0, stage["sentiment"] or 0
        table.add_row(stage["stage"], str(stage["conversations"]), f"{friction:.0f}", f"{sentiment:+.2f}", most)
    return table
