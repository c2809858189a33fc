"""Where conversations and findings are kept: a small Protocol a noun, one SQL implementation, two databases."""

from pathlib import Path

from nlp.errors import StoreError
from pipelines.stores.protocols import Store

__all__ = ["Store", "exists", "open_existing", "open_store"]


def open_store(url: str) -> Store:
    """Open (creating and migrating as needed) the store at `url`: "sqlite:///path.db" or "postgresql://…".

    A bare path is taken for SQLite. Raises StoreError, and MissingDependency where psycopg is not installed.
    """
    from pipelines.stores.sql import SqlStore

    return SqlStore.open(url)


def open_existing(url: str) -> Store:
    """Open a store that something was already put into. Raises StoreError also for an SQLite file that is missing."""
    if not exists(url):
        raise StoreError(f"no store at {url}: make one with 'frictionary ingest PATH --store {url}'")
    return open_store(url)


def exists(url: str) -> bool:
    """Whether an SQLite file is there; of a server this cannot be told before it is opened."""
    from pipelines.stores.database import parse_url

    place = parse_url(url)
    return place.drivername != "sqlite" or not place.database or Path(place.database).is_file()
