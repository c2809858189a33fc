"""What a command leaves in the audit log."""

from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.stores.protocols import Store


def noted(store: "Store", what: str, subject: str = "", *, who: str = "", rows: int | None = None) -> None:
    """`what` is "noun.verb"; `who` is the name of the account otherwise."""
    from pipelines.stores.protocols import Audit

    counts = {} if rows is None else {"rows": rows}
    store.audits.add(Audit(datetime.now(UTC), what, subject, who or getuser(), counts))
