"""The dashboard: pages made on the server over one store, for whoever leads support."""

from api.dashboard import atlas, journey, quality, report, review, search, settings, theme
from api.dashboard.pages import mount

PAGES = (atlas, journey, quality, report, review, search, settings, theme)
"""Each adds its pages when it is imported."""

__all__ = ["PAGES", "mount"]
