"""How many connections a process holds to its database."""

from typing import Any

POOL: dict[str, Any] = {"pool_size": 10, "max_overflow": 34, "pool_timeout": 10}
"""Ten stay open; up to 44 at once: a server asks in 40 threads, beside its worker of jobs. Who gets none within ten
seconds is told that the store cannot be reached."""
