"""Hold a time and book it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q

from articles.models import Article, Topic
from consultations import consents, limits, outbox, queries
from consultations.addresses import normalise
from consultations.exceptions import AlreadyBooked, ConsultationError, SlotUnavailable, TooManyHolds
from consultations.models import (
    ACTIVE,
    Booking,
    BookingEvent,
    BookingEventKind,
    BookingStatus,
    Channel,
    ClaimKind,
    ConsentChannel,
    ConsultationType,
    EmailKind,
    SlotClaim,
    Source,
)
from consultations.services.claims import claim_time, lock_nutritionist, taking_time
from consultations.services.consents import record_consents
from consultations.services.notices import tell_nutritionist
from consultations.slots import Interval

HOLD_LASTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Slot:
    """A time somebody asks for. nutritionist: a slug, or None for anyone."""

    consultation_type: ConsultationType
    starts_at: datetime
    nutritionist: str | None = None


@dataclass(frozen=True)
class Visit:
    """What is known of whoever asks: a hash that tells clients apart, their zone, the article they came from.

    by: the user who books for a client who phoned, reads the consents out and hears them; None on the website.
    """

    client_hash: str = ""
    time_zone: str = ""
    article: Article | None = None
    by: AbstractBaseUser | None = None


@dataclass(frozen=True)
class ClientDetails:
    """What a client says of themselves. Agreement to the service is given by booking; `wants_news` is separate."""

    name: str
    email: str
    phone: str = ""
    channel: str = Channel.VIDEO
    topic: Topic | None = None
    notes: str = ""
    time_zone: str = "Europe/London"
    wants_news: bool = False


def hold_slot(slot: Slot, visit: Visit, *, own: SlotClaim | None, now: datetime) -> SlotClaim:
    """Keep a time for ten minutes, and give up the client's earlier hold.

    own: the hold this client has, if any; asked for the same time again, it is returned as it is. Locks the eligible
    nutritionists. Raises SlotUnavailable (the earlier hold stands), TooManyHolds, Busy.
    """
    if own is not None and _is_hold_of(own, slot, now):
        return own
    with taking_time():
        claim = claim_time(
            slot.consultation_type,
            slot.starts_at,
            nutritionist_slug=slot.nutritionist,
            now=now,
            own=own,
            kind=ClaimKind.HOLD,
            expires_at=now + HOLD_LASTS,
            time_zone=visit.time_zone,
            article=visit.article,
            client_hash=visit.client_hash,
        )
        # Asked after the claim, which most of those who come late do not get: it counts this one too.
        if limits.are_too_many_holds(visit.client_hash, now=now):
            raise TooManyHolds
        return claim


def book_slot(slot: Slot, details: ClientDetails, visit: Visit, *, own: SlotClaim | None, key: UUID, now: datetime):
    """Book a time that may be held or not, and return the Booking.

    own: the client's hold; when it is for this time it becomes the booking, even if it has expired meanwhile, as long
    as nobody else has the time. Any other hold of the client is given up. key: the form's idempotency key; the same
    key returns the first booking, whatever else is asked.

    Locks the nutritionists concerned, checks, then writes claim, booking, event, consents and outgoing e-mail in one
    transaction; the worker is woken after the commit. A type that needs approval is booked as a request. Raises
    SlotUnavailable, Busy, or AlreadyBooked after owing the earlier booking's client a mail that says so, unless the
    team asks.
    """
    try:
        with taking_time():
            is_kept = own is not None and _is_for(own, slot)
            claim = keep_claim(own, now) if is_kept else _claim(slot, own, now)
            return write_booking(slot.consultation_type, claim, details, visit, key, now)
    except (ConsultationError, IntegrityError) as error:
        # The same form sent again fails on something its first sending did: the time, the client or the key itself.
        booking = Booking.objects.filter(idempotency_key=key).first()
        if booking is not None:
            return booking
        if isinstance(error, AlreadyBooked) and visit.by is None:  # the team tells its caller itself
            tell_by_mail(details.email, slot, now)
        raise


def _is_for(claim: SlotClaim, slot: Slot) -> bool:
    return claim.starts_at == slot.starts_at and claim.consultation_type_id == slot.consultation_type.pk


def _is_hold_of(claim: SlotClaim, slot: Slot, now: datetime) -> bool:
    """Return whether a claim still holds exactly this time, with the nutritionist asked for if one was."""
    is_with = slot.nutritionist in (None, claim.nutritionist.slug)
    return _is_for(claim, slot) and is_with and claim.released_at is None and claim.expires_at > now


def _claim(slot: Slot, own: SlotClaim | None, now: datetime) -> SlotClaim:
    return claim_time(
        slot.consultation_type,
        slot.starts_at,
        nutritionist_slug=slot.nutritionist,
        now=now,
        own=own if own is not None and own.kind == ClaimKind.HOLD else None,
        kind=ClaimKind.BOOKING,
    )


def keep_claim(hold: SlotClaim, now: datetime) -> SlotClaim:
    """Turn a hold, or a waiting-list offer, into a booking's claim. Call inside `taking_time`.

    Raises SlotUnavailable when its time is closed or somebody else's by now.
    """
    if hold.kind == ClaimKind.BOOKING:
        raise SlotUnavailable
    nutritionist = lock_nutritionist(hold.consultation_type, hold.nutritionist.slug)
    # Notice is asked of the moment the time was chosen, not of the one in which the form was finished.
    chosen_at = hold.created_at if hold.expires_at > now else now
    moment = Interval(hold.starts_at, hold.starts_at + timedelta.resolution)
    diaries = queries.read_diaries([nutritionist], moment, now=now, own=hold)
    if not diaries.open_for(hold.consultation_type.terms, hold.starts_at, chosen_at):
        raise SlotUnavailable
    # As long as the type says now: it may have changed since the hold, and the ledger must know the whole booking.
    blocked_until = hold.starts_at + hold.consultation_type.duration + hold.consultation_type.buffer
    kept = SlotClaim.objects.live().filter(pk=hold.pk).exclude(kind=ClaimKind.BOOKING)
    if not kept.update(kind=ClaimKind.BOOKING, expires_at=None, blocked_until=blocked_until):
        hold.refresh_from_db(fields=["kind"])
        if hold.kind == ClaimKind.BOOKING:
            raise SlotUnavailable
        # Given up, or run out and swept away: ask for the time afresh.
        return _claim(Slot(hold.consultation_type, hold.starts_at, nutritionist.slug), None, now)
    hold.kind, hold.expires_at, hold.blocked_until = ClaimKind.BOOKING, None, blocked_until
    return hold


def write_booking(
    consultation_type: ConsultationType,
    claim: SlotClaim,
    details: ClientDetails,
    visit: Visit,
    key: UUID,
    now: datetime,
    agreed_on: ConsentChannel = ConsentChannel.BOOKING_FORM,
) -> Booking:
    """Write a booking on a claim that was just made or kept, and all that goes with it. Call inside `taking_time`.

    agreed_on: where the client gave their consents, unless the team heard them.
    """
    is_request = consultation_type.needs_approval
    booking = Booking.objects.create(
        idempotency_key=key,
        consultation_type=consultation_type,
        nutritionist=claim.nutritionist,
        claim=claim,
        starts_at=claim.starts_at,
        ends_at=claim.starts_at + consultation_type.duration,
        status=BookingStatus.REQUESTED if is_request else BookingStatus.CONFIRMED,
        respond_by=min(now + consultation_type.answer_within, claim.starts_at) if is_request else None,
        client_name=details.name,
        client_email=details.email,
        email_normalised=normalise(details.email),
        client_time_zone=details.time_zone,
        channel=details.channel,
        phone=details.phone,
        topic=details.topic,
        notes=details.notes,
        article=visit.article,
        source=Source.PHONE if visit.by else Source.WEBSITE,
        created_at=now,
    )
    kind = BookingEventKind.REQUESTED if is_request else BookingEventKind.BOOKED
    detail = booking.get_source_display() if visit.by else ""
    BookingEvent.objects.create(booking=booking, kind=kind, at=now, actor=visit.by, detail=detail)
    agreed = [consents.SERVICE, *([consents.MARKETING] if details.wants_news else [])]
    channel = ConsentChannel.SPOKEN if visit.by else agreed_on
    record_consents(booking, agreed, channel=channel, now=now, by=visit.by)
    owe_confirmation(booking, now)
    tell_nutritionist(booking, EmailKind.STAFF_NEW, now)
    return booking


def owe_confirmation(booking: Booking, now: datetime) -> None:
    """Owe the client the message that says how their booking stands; once for each state of it."""
    kind = EmailKind.REQUESTED if booking.status == BookingStatus.REQUESTED else EmailKind.BOOKED
    outbox.owe(booking, kind, to=booking.client_email, not_after=booking.ends_at, now=now)


def in_the_way(email: str, slot: Slot, now: datetime, other_than: Booking | None = None) -> Booking | None:
    """Return the active booking of a client because of which they cannot have a slot, or None."""
    ends_at = slot.starts_at + slot.consultation_type.duration
    same_type = Q(consultation_type=slot.consultation_type, ends_at__gt=now)
    same_time = Q(starts_at__lt=ends_at, ends_at__gt=slot.starts_at)
    bookings = Booking.objects.filter(same_type | same_time, email_normalised=normalise(email), status__in=ACTIVE)
    return bookings.exclude(pk=other_than.pk if other_than else None).first()


def tell_by_mail(email: str, slot: Slot, now: datetime, other_than: Booking | None = None) -> None:
    """Tell a client by mail of the booking that stands in the way of another; at most once a day."""
    booking = in_the_way(email, slot, now, other_than)
    if booking is not None:
        to, not_after = booking.client_email, booking.ends_at
        with transaction.atomic():
            outbox.owe_daily(booking, EmailKind.ALREADY_BOOKED, to=to, not_after=not_after, now=now)
