"""The dashboard: pages made on the server over one store, for whoever leads support."""

from api.dashboard.pages import mount

__all__ = ["mount"]
