"""The doors: REST, dashboard, command line."""
