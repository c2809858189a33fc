"""Builds what lies in models/: the only place where torch is imported."""
