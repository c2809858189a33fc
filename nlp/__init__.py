"""Analysis without I/O: texts and events in, findings out. Knows no database, no web, no clock, no environment."""
