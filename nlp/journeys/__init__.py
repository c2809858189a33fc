"""Journeys: stage visits per customer, transitions between stages, features as of any moment."""
