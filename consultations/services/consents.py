"""Write down what clients agreed to."""

from collections.abc import Iterable
from datetime import datetime

from consultations.consents import ConsentWords
from consultations.models import Booking, Consent, ConsentChannel, ConsentPurpose, ConsentText


def record_consents(
    booking: Booking, agreed: Iterable[ConsentWords], *, channel: ConsentChannel, now: datetime, by=None
) -> list[Consent]:
    """Write, in the caller's transaction, that the client agreed to these words, and return the Consents. Two queries.

    channel: where the words were shown. by: the user who read them out, for words that were SPOKEN; else None.
    """
    agreed = list(agreed)
    texts = [
        ConsentText(sha256=words.sha256, purpose=words.purpose, version=words.version, wording=words.wording)
        for words in agreed
    ]
    ConsentText.objects.bulk_create(texts, ignore_conflicts=True)  # most of them somebody agreed to before
    return Consent.objects.bulk_create(
        Consent(
            booking=booking,
            purpose=words.purpose,
            text_id=words.sha256,
            channel=channel,
            recorded_by=by,
            granted_at=now,
        )
        for words in agreed
    )


def withdraw_consent(booking: Booking, purpose: ConsentPurpose, *, now: datetime) -> bool:
    """Note that a client takes an agreement back; return whether there was one. For health answers see `answers`."""
    return booking.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=now) > 0
