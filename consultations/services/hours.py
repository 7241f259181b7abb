"""Change when somebody works: weekly hours, dated ones, time off, or whether they work at all.

Every change goes the same way: it is made, bookings are looked at as they then are, and whatever it leaves outside
hours has to have been decided about, or nothing is changed.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from consultations import outbox, wording
from consultations.exceptions import HoursChanged, TooLate, Undecided
from consultations.hours import (
    FreeDay,
    Hours,
    Stranded,
    free_colleagues,
    free_days,
    hours_of,
    stranded,
    to_come,
    undecided,
)
from consultations.models import (
    AvailabilityRule,
    Booking,
    BookingEvent,
    BookingEventKind,
    ConsultationType,
    Decision,
    EmailKind,
    ExtraHours,
    Nutritionist,
    SlotClaim,
    TimeOff,
)
from consultations.services.booking import Slot
from consultations.services.changes import move_booking
from consultations.services.claims import taking_time

KEEP, ASK, GIVE = "keep", "ask", "give:"


@dataclass(frozen=True)
class NewHours:
    """One nutritionist's hours as they are to be. seen: the fingerprint of those somebody looked at to change them."""

    whose: int
    hours: Hours
    seen: str

    def apply(self, now: datetime) -> Nutritionist:
        """Write them; rows that say the same stay. Raises HoursChanged when the stored ones are not those seen."""
        person = Nutritionist.objects.get(pk=self.whose)
        if hours_of(person, now).fingerprint != self.seen:
            raise HoursChanged
        if person.time_zone != self.hours.time_zone:
            person.time_zone = self.hours.time_zone
            person.save(update_fields=["time_zone"])
        weekly = [vars(one) for one in self.hours.weekly]
        extra = [{"starts_at": one.start, "ends_at": one.end} for one in self.hours.extra]
        time_off = [
            {"starts_at": one.interval.start, "ends_at": one.interval.end, "reason": one.reason}
            for one in self.hours.time_off
        ]
        _make_be(AvailabilityRule.objects.filter(nutritionist=person), weekly, person)
        _make_be(to_come(ExtraHours, person, now), extra, person)
        _make_be(to_come(TimeOff, person, now).filter(applies=True), time_off, person)
        return person


@dataclass(frozen=True)
class NewTimeOff:
    """Time off of somebody or everybody, new or changed: a row not yet saved."""

    row: TimeOff
    whose = None

    def apply(self, now: datetime) -> TimeOff:
        written = copy(self.row)  # tried out, the row itself must not believe that it is stored
        written.save()
        return written


@dataclass(frozen=True)
class Activity:
    """Whether a nutritionist offers times."""

    whose: int
    is_active: bool

    def apply(self, now: datetime) -> Nutritionist:
        Nutritionist.objects.filter(pk=self.whose).update(is_active=self.is_active)
        return Nutritionist.objects.get(pk=self.whose)


Change = NewHours | NewTimeOff | Activity


@dataclass(frozen=True)
class Affected:
    """A booking that a change leaves outside hours, and what can be done about it."""

    booking: Stranded
    colleagues: list[Nutritionist]
    may_be_asked: bool


@dataclass(frozen=True)
class Outlook:
    """What a change would do. free: what clients would be offered, by type; nothing for a change of everybody's."""

    affected: list[Affected]
    free: list[tuple[ConsultationType, list[FreeDay]]]


def try_out(change: Change, *, now: datetime) -> Outlook:
    """Return what a change would do, by making it and taking it back. Raises HoursChanged, Busy."""
    with taking_time():
        affected, _ = _make(change, now)
        outlook = _look(change, affected, now)
        transaction.set_rollback(True)
    return outlook


def carry_out(
    change: Change, choices: Mapping[int, str], *, by, reason: str = "", now: datetime
) -> Nutritionist | TimeOff:
    """Make a change and do with each booking it leaves outside hours what was chosen, all or nothing. by: a user.

    Returns the row that was changed.

    choices: by booking, KEEP, ASK (the client is sent the link to choose another time), or GIVE and the slug of the
    nutritionist who is given it (the client is told). reason: what clients read in those messages.
    Raises Undecided when other bookings are concerned than those chosen for; TooLate for a client asked to move who
    could not any more; SlotUnavailable for a colleague who is not free; HoursChanged; Busy.
    """
    with taking_time():
        # Bookings before people, as everywhere. All people: a booking may be given to any, and they are few.
        list(Booking.objects.select_for_update(no_key=True).filter(pk__in=choices).order_by("pk"))
        list(Nutritionist.objects.select_for_update(no_key=True).order_by("pk"))
        affected, changed = _make(change, now)
        if {one.pk for one in affected} != set(choices):
            raise Undecided
        for one in affected:
            _decide(one.pk, choices[one.pk], by, reason, now)
    return changed


def _make(change: Change, now: datetime) -> tuple[list[Stranded], Nutritionist | TimeOff]:
    """Make a change; return what has to be decided because of it, and the row that was changed."""
    before = stranded(now, whose=change.whose)
    changed = change.apply(now)
    return undecided(before, stranded(now, whose=change.whose), is_only_new=change.whose is None), changed


def _look(change: Change, affected: list[Stranded], now: datetime) -> Outlook:
    colleagues = free_colleagues(affected, now)
    bookings = Booking.objects.select_related("consultation_type").in_bulk([one.pk for one in affected])
    free = []
    if change.whose is not None:
        person = Nutritionist.objects.get(pk=change.whose)
        types = ConsultationType.objects.active().filter(nutritionists=person)
        free = [(one, free_days([person], one, person.zone, now)) for one in types]
    return Outlook(
        [Affected(one, colleagues[one.pk], now < bookings[one.pk].changes_close_at) for one in affected], free
    )


def _decide(booking_id: int, choice: str, by, reason: str, now: datetime) -> None:
    booking = Booking.objects.select_related("consultation_type").get(pk=booking_id)
    if choice == KEEP:
        _mark(booking, Decision.KEPT, BookingEventKind.KEPT, by, now)
    elif choice == ASK:
        if now >= booking.changes_close_at:
            raise TooLate
        _mark(booking, Decision.ASKED, BookingEventKind.ASKED_TO_MOVE, by, now, reason=reason)
        occasion = f"{now:%Y-%m-%dT%H:%M:%S}"
        not_after = booking.changes_close_at
        outbox.owe_once(booking, EmailKind.PLEASE_MOVE, occasion, to=booking.client_email, not_after=not_after, now=now)
    else:
        slot = Slot(booking.consultation_type, booking.starts_at, choice.removeprefix(GIVE))
        move_booking(booking_id, slot, by=by, reason=reason, now=now)


def _mark(booking: Booking, decision: Decision, kind: BookingEventKind, by, now: datetime, *, reason="") -> None:
    SlotClaim.objects.filter(pk=booking.claim_id).update(decision=decision)
    detail = wording.full_label(booking.starts_at)
    BookingEvent.objects.create(booking=booking, kind=kind, at=now, actor=by, detail=detail, reason=reason)


def _make_be(rows, wanted: list[dict], person: Nutritionist) -> None:
    """Make stored rows say what is wanted, and nothing else; those that do so already stay as they are."""
    missing = list(wanted)
    names = list(wanted[0]) if wanted else []
    for row in rows:
        values = {name: getattr(row, name) for name in names}
        if values in missing:
            missing.remove(values)
        else:
            row.delete()
    rows.model.objects.bulk_create(rows.model(nutritionist=person, **values) for values in missing)
