"""What clients are asked to agree to: the words on the form are the words that are stored, under their hash.

Change a wording together with its version. What earlier clients agreed to stays in the database (ConsentText).
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class ConsentWords:
    """The exact words of one agreement. purpose: a ConsentPurpose; version: 1, 2, 3 … for each purpose."""

    purpose: str
    version: int
    wording: str

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.wording.encode()).hexdigest()


SERVICE = ConsentWords(
    "service",
    1,
    "I agree that Probio7 may use what I have entered here to hold this consultation and to write to me about it.",
)
MARKETING = ConsentWords("marketing", 1, "Send me new articles by email, about once a month. I can stop at any time.")


def health(kept_days: int) -> ConsentWords:
    """Return the agreement to store health answers. It names how many days they are kept, so its hash depends on it."""
    wording = (
        "I agree that Probio7 stores the answers I give here, which may include information about my health, so that "
        "the nutritionist can prepare for my consultation. Only that nutritionist, and a colleague the team has named "
        "to stand in for them, can read the answers, and each reading is recorded. The answers are deleted "
        f"{kept_days} days after the consultation, or within a day if it is cancelled. I can withdraw this agreement "
        "on this page at any time: the answers are then erased at once, and my booking stays."
    )
    return ConsentWords("health", 1, wording)
