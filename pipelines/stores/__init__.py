"""Where conversations and findings are kept: a small Protocol a noun, one SQL implementation, two databases."""

from pipelines.stores.protocols import Store

__all__ = ["Store", "open_store"]


def open_store(url: str) -> Store:
    """Open (creating and migrating as needed) the store at `url`: "sqlite:///path.db" or "postgresql://…".

    A bare path is taken for SQLite. Raises StoreError, and MissingDependency where psycopg is not installed.
    """
    from pipelines.stores.sql import SqlStore

    return SqlStore.open(url)
