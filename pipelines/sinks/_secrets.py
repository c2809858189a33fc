"""Secrets of sinks: told by the name of an environment variable, never in a file or a log."""

from collections.abc import Mapping

from nlp.errors import BadSetting


def secrets(field: str, variable: str, environment: Mapping[str, str]) -> list[str]:
    """The words of a variable. Raises BadSetting where there are none, without showing any."""
    found = environment.get(variable, "").split()
    if not found:
        raise BadSetting(f"{field}={variable!r}: this environment variable is not set")
    return found
