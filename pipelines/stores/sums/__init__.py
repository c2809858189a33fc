"""A store's conversations as columns of numbers, a day at a time: what `rollups.py` keeps and asks."""
