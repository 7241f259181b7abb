"""A client's rights: see what is kept about them, take it away, have it erased."""

import logging
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.views.decorators.debug import sensitive_variables

from consultations import outbox
from consultations.encryption import DecryptionError
from consultations.models import (
    ACTIVE,
    TO_STAFF,
    Booking,
    BookingEvent,
    BookingNote,
    Channel,
    EmailKind,
    Erasure,
    FollowUp,
    IntakeAnswers,
    OutgoingEmail,
    SlotClaim,
    WaitlistEntry,
)
from consultations.services.changes import cancel_locked
from consultations.services.claims import taking_time
from consultations.services.waitlist import leave_locked

logger = logging.getLogger("probio.erasures")

NOBODY = "Erased"


@sensitive_variables()
def export(address: str) -> dict:
    """Return everything kept about one address, ready for DjangoJSONEncoder.

    The very address, not the mailbox we take it for: only the one a link was sent to has been proven.
    """
    bookings = Booking.objects.filter(client_email__iexact=address).select_related(
        "consultation_type", "nutritionist", "topic", "article"
    )
    entries = WaitlistEntry.objects.filter(client_email__iexact=address).select_related("consultation_type")
    return {
        "bookings": [_booking(booking) for booking in bookings.order_by("created_at", "pk")],
        "waiting_list": [_entry(entry) for entry in entries],
        "messages": [
            {
                "kind": email.get_kind_display(),
                "to": email.to,
                "state": email.get_state_display(),
                "sent_at": email.sent_at,
            }
            for email in _emails(bookings, entries).order_by("created_at")
        ],
    }


def erase(address: str, *, now: datetime) -> Erasure:
    """Erase everything kept about one address (see `export`), and return the Erasure that says so.

    A booking to come is cancelled first, and its time given to the waiting list. What stays is counted, not known:
    that a consultation took place, of which type, with whom. Logged without identity. Raises Busy.
    """
    with taking_time():
        bookings = list(
            Booking.objects.filter(client_email__iexact=address).select_for_update(no_key=True).order_by("pk")
        )
        entries = list(
            WaitlistEntry.objects.filter(client_email__iexact=address).select_for_update(no_key=True).order_by("pk")
        )
        addresses = {row.client_email for row in (*bookings, *entries)}
        erasure = _erase(bookings, entries, now)
        for address in addresses:
            outbox.owe_farewell(address, now=now)
    logger.info("erasure %s: %s bookings, %s entries", erasure.reference, len(bookings), len(entries))
    return erasure


def replay(erasures: list[tuple[list[UUID], list[UUID]]], *, now: datetime) -> int:
    """Erase again, after a restore, what had been erased; return how many rows came back. One transaction each.

    erasures: (public ids of bookings, public ids of waiting-list entries) of each, as `Erasure` keeps them.
    """
    came_back = 0
    for booking_ids, entry_ids in erasures:
        with taking_time():
            bookings = Booking.objects.filter(public_id__in=booking_ids, redacted_at=None)
            entries = WaitlistEntry.objects.filter(public_id__in=entry_ids, redacted_at=None)
            found = [
                list(bookings.select_for_update(no_key=True).order_by("pk")),
                list(entries.select_for_update(no_key=True).order_by("pk")),
            ]
            if any(found):
                _erase(*found, now)
                came_back += sum(map(len, found))
    return came_back


def anonymise_bookings(bookings: QuerySet, now: datetime) -> int:
    """Take the client out of bookings that are over, leaving what reports count; return how many. One transaction."""
    with transaction.atomic():
        rows = list(bookings.select_for_update(no_key=True).order_by("pk"))
        for booking in rows:
            booking.client_name, booking.notes, booking.pending_email = NOBODY, "", ""
            booking.client_email = booking.email_normalised = f"erased-{booking.pk}@erased.invalid"
            booking.phone = NOBODY if booking.channel == Channel.PHONE else ""
            booking.client_time_zone, booking.topic = "Europe/London", None
            booking.link_nonce, booking.redacted_at = uuid4(), now
        fields = ["client_name", "notes", "pending_email", "client_email", "email_normalised", "phone"]
        fields += ["client_time_zone", "topic", "link_nonce", "redacted_at"]
        Booking.objects.bulk_update(rows, fields)
        ids = [booking.pk for booking in rows]
        IntakeAnswers.objects.filter(booking__in=ids).delete()
        FollowUp.objects.filter(booking__in=ids).update(shared={})
        BookingNote.objects.filter(booking__in=ids).delete()
        OutgoingEmail.objects.filter(booking__in=ids).exclude(kind__in=TO_STAFF).delete()
        BookingEvent.objects.filter(booking__in=ids).update(reason="", detail="")
        SlotClaim.objects.filter(booking__in=ids).update(client_hash="", time_zone="")
        return len(ids)


def anonymise_entries(entries: QuerySet, now: datetime) -> int:
    """Take the client off the list and out of waiting-list entries; return how many. One transaction. Raises Busy."""
    with taking_time():
        rows = list(entries.select_for_update(no_key=True).order_by("pk"))
        for entry in rows:
            leave_locked(entry, now=now)
            entry.client_name, entry.client_hash, entry.client_time_zone = NOBODY, "", "Europe/London"
            entry.client_email = entry.email_normalised = f"erased-{entry.pk}@erased.invalid"
            entry.link_nonce, entry.redacted_at = uuid4(), now
        fields = ["client_name", "client_hash", "client_time_zone", "client_email", "email_normalised"]
        WaitlistEntry.objects.bulk_update(rows, [*fields, "link_nonce", "redacted_at"])
        ids = [entry.pk for entry in rows]
        OutgoingEmail.objects.filter(entry__in=ids).delete()
        return len(ids)


def _erase(bookings: list[Booking], entries: list[WaitlistEntry], now: datetime) -> Erasure:
    for booking in bookings:
        if booking.status in ACTIVE and booking.starts_at > now:
            cancel_locked(booking, by=None, reason="", now=now)
    for address in {row.client_email for row in [*bookings, *entries]}:
        OutgoingEmail.objects.filter(kind=EmailKind.YOUR_LINK, to__iexact=address).delete()  # about an address only
    anonymise_bookings(Booking.objects.filter(pk__in=[booking.pk for booking in bookings]), now)
    anonymise_entries(WaitlistEntry.objects.filter(pk__in=[entry.pk for entry in entries]), now)
    return Erasure.objects.create(
        at=now,
        bookings=[booking.public_id for booking in bookings],
        entries=[entry.public_id for entry in entries],
    )


def _emails(bookings, entries) -> QuerySet:
    emails = OutgoingEmail.objects.filter(booking__in=bookings) | OutgoingEmail.objects.filter(entry__in=entries)
    return emails.exclude(kind__in=TO_STAFF)


def _booking(booking: Booking) -> dict:
    return {
        "reference": booking.reference,
        "consultation_type": booking.consultation_type.name,
        "nutritionist": booking.nutritionist.name,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "status": booking.get_status_display(),
        "name": booking.client_name,
        "email": booking.client_email,
        "phone": booking.phone,
        "channel": booking.get_channel_display(),
        "time_zone": booking.client_time_zone,
        "topic": booking.topic.name if booking.topic else None,
        "note": booking.notes,
        "article": booking.article.slug if booking.article else None,
        "booked_at": booking.created_at,
        "history": [
            {"what": event.get_kind_display(), "at": event.at, "detail": event.detail, "reason": event.reason}
            for event in booking.events.all()
        ],
        "consents": [
            {
                "purpose": consent.get_purpose_display(),
                "wording": consent.text.wording,
                "given_at": consent.granted_at,
                "withdrawn_at": consent.withdrawn_at,
            }
            for consent in booking.consents.select_related("text")
        ],
        "health_answers": _answers(booking),
        "shared_with_you": _shared(booking),
        "team_notes": _team_notes(booking),
    }


def _shared(booking: Booking) -> dict | None:
    with suppress(DecryptionError):
        follow_up = FollowUp.objects.filter(booking=booking).first()
        if follow_up is not None:
            return {
                "notes": follow_up.notes,
                "beside_articles": follow_up.reading_note,
                "your_answer": follow_up.get_was_useful_display(),
            }
    return None


def _team_notes(booking: Booking) -> list[dict]:
    """Return what the team noted for itself: a client who asks what is kept is owed that as well, not who wrote it."""
    try:
        return [{"at": note.at, "note": note.text} for note in booking.internal_notes.all()]
    except DecryptionError:
        return [{"at": None, "note": "Stored, but no key of this site opens them at the moment."}]


def _answers(booking: Booking) -> list[dict] | None:
    try:
        given = IntakeAnswers.objects.select_related("version").filter(booking=booking).first()
    except DecryptionError:
        return [{"question": "Your answers", "answer": "Stored, but no key of this site opens them at the moment."}]
    if given is None:
        return None
    return [
        {"question": question.question, "answer": given.answers[question.key]}
        for question in given.version.asked
        if question.key in given.answers
    ]


def _entry(entry: WaitlistEntry) -> dict:
    return {
        "consultation_type": entry.consultation_type.name,
        "name": entry.client_name,
        "email": entry.client_email,
        "time_zone": entry.client_time_zone,
        "weekdays": [day.label for day in entry.wished_weekdays],
        "times_of_day": [part.label for part in entry.wished_parts],
        "state": entry.get_state_display(),
        "joined_at": entry.joined_at,
        "offers": [
            {"starts_at": offer.claim.starts_at, "made_at": offer.made_at, "outcome": offer.get_outcome_display()}
            for offer in entry.offers.select_related("claim")
        ],
    }
