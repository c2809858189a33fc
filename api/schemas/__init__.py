"""What goes in and comes out over HTTP: the only pydantic models, and thereby the OpenAPI description."""
