"""What people say of segments' findings, and which segments wait for them."""

from typing import Protocol

from nlp.corrections import Correction


class CorrectionStore(Protocol):
    def add(self, correction: Correction) -> Correction: ...  # with its number

    def all(self, kind: str = "") -> list[Correction]:
        """In order of their numbers; of one kind where it is named."""

    def doubtful(self, kind: str, who: str, *, limit: int = 50) -> list[str]:
        """Segments that `who` has not judged, and nobody, or one other of those of which a second opinion is wanted:
        those first; then most friction first. intent: the model will not vouch for its guess, in a language that it
        knows. sentiment: it is sure that the feeling is good or bad. theme: the least alike to their theme first."""

    def waiting(self, kind: str) -> int:
        """How many segments nobody has judged that `doubtful` would name."""
