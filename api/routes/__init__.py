"""The routes, a file a noun; `api/app.py` puts them together."""
