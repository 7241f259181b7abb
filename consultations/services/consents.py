"""Write down what clients agreed to."""

from collections.abc import Iterable
from datetime import datetime

from consultations.consents import ConsentWords
from consultations.models import Booking, Consent, ConsentChannel, ConsentPurpose

_COLUMNS = ("sha256", "purpose", "version", "wording")
# In SQL, because every booking writes it: the words, if nobody has agreed to them before, and the agreement, at once.
_RECORD = """
WITH agreed AS (
    SELECT * FROM unnest(%(sha256)s, %(purpose)s, %(version)s, %(wording)s)
    WITH ORDINALITY AS one (sha256, purpose, version, wording, place)
), words AS (
    INSERT INTO consultations_consenttext (sha256, purpose, version, wording)
    SELECT sha256, purpose, version, wording FROM agreed
    ON CONFLICT DO NOTHING
)
INSERT INTO consultations_consent (booking_id, purpose, text_id, channel, recorded_by_id, granted_at)
SELECT %(booking)s, purpose, sha256, %(channel)s, %(by)s, %(now)s FROM agreed ORDER BY place
RETURNING *
"""


def record_consents(
    booking: Booking, agreed: Iterable[ConsentWords], *, channel: ConsentChannel, now: datetime, by=None
) -> list[Consent]:
    """Write, in the caller's transaction, that the client agreed to these words, and return the Consents. One query.

    channel: where the words were shown. by: the user who read them out, for words that were SPOKEN; else None.
    """
    agreed = list(agreed)
    values = {
        "booking": booking.pk,
        "channel": channel,
        "by": by.pk if by else None,
        "now": now,
        **{column: [getattr(words, column) for words in agreed] for column in _COLUMNS},
    }
    return list(Consent.objects.raw(_RECORD, values))


def withdraw_consent(booking: Booking, purpose: ConsentPurpose, *, now: datetime) -> bool:
    """Note that a client takes an agreement back; return whether there was one. For health answers see `answers`."""
    return booking.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=now) > 0
