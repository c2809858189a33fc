"""What has been kept long enough goes at the end of a run (on every database: stores/test_privacy.py)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.annotate import Annotator
from pipelines.run import run
from pipelines.settings import Settings
from pipelines.stores import open_store


def test_a_run_ends_by_forgetting_what_is_too_old(annotator: Annotator, tmp_path: Path) -> None:
    today = datetime.now(UTC).date()
    rows = [("1", "I want a refund", today - timedelta(days=400)), ("2", "Where is my parcel?", today)]
    path = tmp_path / "talks.csv"
    path.write_text("id,text,date\n" + "".join(f"{id},{text},{day}\n" for id, text, day in rows))
    settings = Settings(key="k", names=False, retention=365, dead_letters=tmp_path / "dead.jsonl")
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        told = run([path], store=store, annotator=annotator, settings=settings, refit=False)
        assert (told.counts["added"], told.counts["expired"]) == (2, 1)
        assert store.conversations.count() == 1
        assert store.conversations.get("table:2").turns[0].text == "Where is my parcel?"
