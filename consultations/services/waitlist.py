"""The waiting list: join it, be offered a time that came free, accept, decline, leave."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from consultations import outbox, queries
from consultations.addresses import normalise
from consultations.exceptions import AlreadyBooked, Busy, OfferGone
from consultations.models import (
    Booking,
    ClaimKind,
    ConsentChannel,
    ConsultationType,
    EmailKind,
    Nutritionist,
    OfferOutcome,
    SlotClaim,
    WaitlistEntry,
    WaitlistOffer,
    WaitlistState,
)
from consultations.services.booking import ClientDetails, Slot, Visit, keep_claim, tell_by_mail, write_booking
from consultations.services.claims import claim_time, taking_time
from consultations.slots import Interval

SHORTEST_OFFER = timedelta(minutes=15)  # nobody reads a mail and answers it sooner
ENTRY_LASTS = timedelta(days=90)  # mails about the list are worth sending as long


@dataclass(frozen=True)
class Wish:
    """Whom to tell of a time that comes free, and which times suit them (weekdays: 0 is Monday)."""

    name: str
    email: str
    weekdays: list[int]
    parts_of_day: list[str]
    time_zone: str = "Europe/London"


def join(consultation_type: ConsultationType, wish: Wish, *, client_hash: str, now: datetime) -> None:
    """Put a client on the list of a type and owe them a mail with their link.

    Whoever is on it already stays as they are and gets the same mail, once a day: only the mailbox learns which.
    """
    mailbox = {"consultation_type": consultation_type, "email_normalised": normalise(wish.email)}
    with transaction.atomic():
        entry, _ = WaitlistEntry.objects.waiting().get_or_create(
            **mailbox,
            defaults={
                "client_name": wish.name,
                "client_email": wish.email,
                "client_time_zone": wish.time_zone,
                "client_hash": client_hash,
                "weekdays": wish.weekdays,
                "parts_of_day": wish.parts_of_day,
                "joined_at": now,
            },
        )
        not_after = now + ENTRY_LASTS
        outbox.owe_waiting(entry, EmailKind.WAITLIST_JOINED, f"{now:%Y-%m-%d}", not_after=not_after, now=now)


def offer_time(nutritionist: Nutritionist, within: Interval, *, now: datetime) -> None:
    """Offer what a nutritionist has free in an interval to those first on the list whom it suits.

    An offer is a claim in the ledger, so nobody else can have its time while it lives. The same time is offered to
    nobody twice. Call inside `taking_time`, after the time was given back. Locks the nutritionist, then each entry that
    is made an offer; one that somebody else has locked is passed over.
    """
    Nutritionist.objects.select_for_update(no_key=True).get(pk=nutritionist.pk)
    starts: dict[int, list[datetime]] = {}  # by type, until an offer changes what is open
    for entry in _in_line(nutritionist, now):
        consultation_type = entry.consultation_type
        if consultation_type.pk not in starts:
            people = queries.eligible_for(consultation_type, nutritionist.slug)
            starts[consultation_type.pk] = queries.open_times(consultation_type, people, within, now=now)
        start = _first_that_suits(entry, starts[consultation_type.pk], now)
        if start is not None and _is_still_waiting(entry):
            _offer(entry, nutritionist, start, now)
            starts.clear()


def accept_offer(entry_id: int, *, now: datetime) -> Booking:
    """Book the time that somebody was offered, and return the Booking; asked again, the same one.

    Raises OfferGone, SlotUnavailable, Busy, or AlreadyBooked after a mail about the booking that stands in the way.
    """
    entry = WaitlistEntry.objects.select_related("consultation_type").get(pk=entry_id)
    try:
        with taking_time():
            entry, offer = _locked(entry_id)
            if entry.booking is not None:
                return entry.booking
            if offer is None or offer.claim.expires_at <= now:
                raise OfferGone
            claim = keep_claim(offer.claim, now)
            details = ClientDetails(entry.client_name, entry.client_email, time_zone=entry.client_time_zone)
            booking = write_booking(
                *(entry.consultation_type, claim, details, Visit(), claim.public_id, now),
                agreed_on=ConsentChannel.WAITING_LIST,
            )
            _answer(offer, OfferOutcome.ACCEPTED, now)
            entry.state, entry.booking = WaitlistState.BOOKED, booking
            entry.save(update_fields=["state", "booking"])
            return booking
    except AlreadyBooked:
        tell_by_mail(entry.client_email, Slot(entry.consultation_type, offer.claim.starts_at), now)
        raise


def decline_offer(entry_id: int, *, now: datetime) -> None:
    """Give an offered time to the next in line and stay on the list. Nothing happens when no offer is open."""
    with taking_time():
        _, offer = _locked(entry_id)
        if offer is not None:
            _give_back(offer, OfferOutcome.DECLINED, now)


def leave(entry_id: int, *, now: datetime) -> bool:
    """Take a client off the list, and give an offered time to the next in line; return whether they were waiting."""
    with taking_time():
        entry, _ = _locked(entry_id)
        was_waiting = entry.state == WaitlistState.WAITING
        leave_locked(entry, now=now)
    return was_waiting


def leave_locked(entry: WaitlistEntry, *, now: datetime) -> None:
    """Take an entry that the caller has locked off the list, if it waits. Call inside `taking_time`."""
    if entry.state != WaitlistState.WAITING:
        return
    entry.state = WaitlistState.LEFT
    entry.save(update_fields=["state"])
    offer = _open_offer(entry)
    if offer is not None:
        _give_back(offer, OfferOutcome.DECLINED, now)


def expire_offers(*, now: datetime) -> int:
    """Pass on every offer that was not answered in time; return how many. Beat calls this every minute."""
    due = WaitlistOffer.objects.open().filter(claim__expires_at__lte=now)
    expired = 0
    for entry_id in list(due.values_list("entry_id", flat=True)):
        with suppress(Busy), taking_time():  # the next minute will do
            _, offer = _locked(entry_id)
            if offer is not None and offer.claim.expires_at <= now:
                _give_back(offer, OfferOutcome.EXPIRED, now)
                expired += 1
    return expired


def _in_line(nutritionist, now):
    """Return those who wait for a type this nutritionist gives, the first first."""
    waiting = WaitlistEntry.objects.to_be_asked(now)
    waiting = waiting.filter(consultation_type__is_active=True, consultation_type__nutritionists=nutritionist)
    return waiting.select_related("consultation_type")


def _is_still_waiting(entry: WaitlistEntry) -> bool:
    """Lock an entry, unless somebody else has, and return whether it may be made an offer now."""
    locked = WaitlistEntry.objects.waiting().select_for_update(no_key=True, skip_locked=True).filter(pk=entry.pk)
    return bool(locked) and not entry.offers.open().exists()


def _first_that_suits(entry: WaitlistEntry, starts: list[datetime], now: datetime) -> datetime | None:
    """Return the first start that suits an entry, leaves time to answer, and was not offered to it before."""
    enough = now + SHORTEST_OFFER
    suiting = [
        start for start in starts if entry.suits(start) and _expiry(entry.consultation_type, start, now) >= enough
    ]
    if not suiting:
        return None
    asked = set(entry.offers.values_list("claim__starts_at", flat=True))
    return next((start for start in suiting if start not in asked), None)


def _offer(entry: WaitlistEntry, nutritionist: Nutritionist, start: datetime, now: datetime) -> None:
    claim = claim_time(
        entry.consultation_type,
        start,
        nutritionist_slug=nutritionist.slug,
        now=now,
        kind=ClaimKind.OFFER,
        expires_at=_expiry(entry.consultation_type, start, now),
        time_zone=entry.client_time_zone,
    )
    offer = WaitlistOffer.objects.create(entry=entry, claim=claim, made_at=now)
    outbox.owe_waiting(entry, EmailKind.WAITLIST_OFFER, str(offer.pk), not_after=claim.expires_at, now=now)


def _expiry(consultation_type: ConsultationType, start: datetime, now: datetime) -> datetime:
    """Return until when an offer of a start lives: never inside the minimum notice."""
    return min(now + consultation_type.offer_lasts, start - consultation_type.minimum_notice)


def _locked(entry_id: int) -> tuple[WaitlistEntry, WaitlistOffer | None]:
    """Return an entry, locked, and its open offer."""
    entry = WaitlistEntry.objects.select_for_update(no_key=True).get(pk=entry_id)
    return entry, _open_offer(entry)


def _open_offer(entry: WaitlistEntry) -> WaitlistOffer | None:
    return entry.offers.open().select_related("claim__nutritionist", "claim__consultation_type").first()


def _give_back(offer: WaitlistOffer, outcome: OfferOutcome, now: datetime) -> None:
    claim = offer.claim
    _answer(offer, outcome, now)
    SlotClaim.objects.live().filter(pk=claim.pk, kind=ClaimKind.OFFER).update(released_at=now)
    offer_time(claim.nutritionist, Interval(claim.starts_at, claim.blocked_until), now=now)


def _answer(offer: WaitlistOffer, outcome: OfferOutcome, now: datetime) -> None:
    offer.outcome, offer.answered_at = outcome, now
    offer.save(update_fields=["outcome", "answered_at"])
