"""Moves conversations: sources, stores, runners, sinks. Knows nlp, and nothing of the doors."""
