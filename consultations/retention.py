"""How long what is kept, and why: the one source of the `retain` command, docs/privacy/ and the privacy page.

Pure: standard library only.
"""

from dataclasses import dataclass
from datetime import timedelta

CONTACT_LASTS = timedelta(days=365)
MAIL_LASTS = timedelta(days=30)
WAITING_LASTS = timedelta(days=180)
HOLDS_LAST = timedelta(days=1)
LOOKS_LAST = timedelta(days=2 * 365 + 1)  # PostgreSQL keeps each for two years
RUNS_LAST = timedelta(days=2 * 365)
EXPORTS_LAST = timedelta(days=1)
WORDS_LAST = timedelta(days=365)


@dataclass(frozen=True)
class Kept:
    """One kind of personal data. lasts: how long, counted from `since`, in words; then: what happens after that."""

    name: str
    holds: str
    why: str
    basis: str
    since: str
    lasts: timedelta
    then: str

    @property
    def lasts_label(self) -> str:
        days = self.lasts.days
        return {1: "a day", 365: "12 months", 730: "two years", 731: "two years"}.get(days, f"{days} days")


_BEFORE = [
    Kept(
        "holds",
        "the time somebody is filling in the form for, and a code that tells addresses apart",
        "to keep the time free meanwhile, and to stop one visitor from holding every time",
        "legitimate interest in a calendar that works for everybody",
        "the hold",
        HOLDS_LAST,
        "deleted",
    ),
    Kept(
        "contact details",
        "name, email address, phone number, time zone, topic and note of a booking, and what the team noted for itself",
        "to hold the consultation and to write about it",
        "contract: the consultation the client asked for",
        "the consultation",
        CONTACT_LASTS,
        "made anonymous; the booking itself stays, so that consultations can be counted",
    ),
]
_AFTER = [
    Kept(
        "looks at answers",
        "which member of staff read whose answers, when and why",
        "so that reading them can be accounted for",
        "legal obligation to keep health data secure",
        "the look",
        LOOKS_LAST,
        "deleted",
    ),
    Kept(
        "waiting list",
        "name, email address, and the days and times that suit",
        "to offer a time that comes free",
        "contract: the place on the list the client asked for",
        "joining",
        WAITING_LASTS,
        "made anonymous",
    ),
    Kept(
        "outgoing mail",
        "which message went to which address, when, and what the mail server said; never its words",
        "so that no message is lost or sent twice",
        "contract: the messages belong to the booking",
        "the message",
        MAIL_LASTS,
        "deleted",
    ),
    Kept(
        "exports",
        "files staff have made of bookings, the waiting list or outgoing mail; never answers about health",
        "so that whoever asked for a long one can fetch it",
        "legitimate interest in running the consultations",
        "asking for it",
        EXPORTS_LAST,
        "deleted",
    ),
    Kept(
        "words about articles",
        "what a reader wrote below an article, with the day; not who it was, unless they wrote that",
        "so that editors can mend and add to what people read",
        "legitimate interest in articles that answer what people ask",
        "the words",
        WORDS_LAST,
        "deleted; whether the article was useful stays, as a count",
    ),
    Kept(
        "retention runs",
        "how many rows each daily clean-up deleted; nothing personal",
        "so that keeping to this schedule can be shown",
        "legal obligation to account for it",
        "the run",
        RUNS_LAST,
        "deleted",
    ),
]


def kept(answers_kept_days: int) -> list[Kept]:
    """Return everything personal that is kept, in the order in which people meet it."""
    answers = Kept(
        "intake answers",
        "answers about health that a client chose to give, encrypted",
        "so that the nutritionist can prepare",
        "explicit consent, given apart from everything else (Article 9(2)(a) UK GDPR)",
        "the consultation",
        timedelta(days=answers_kept_days),
        "deleted",
    )
    return [*_BEFORE, answers, *_AFTER]
