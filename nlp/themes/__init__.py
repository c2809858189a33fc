"""Friction themes: discovered once over all friction-bearing segments, then served, named, matched and edited."""
