"""Questions about free time, answered from the ledger by the slot engine."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Q

from consultations.models import AvailabilityRule, ConsultationType, Nutritionist, SlotClaim
from consultations.slots import Interval, open_slots, windows_in


def active_nutritionists(consultation_type: ConsultationType):
    """Return a QuerySet of those who may be booked for a type, in a fixed order."""
    return consultation_type.nutritionists.filter(is_active=True).order_by("pk")


def open_slots_by_nutritionist(
    consultation_type: ConsultationType, nutritionists, *, within: Interval, now: datetime
) -> dict[Nutritionist, list[Interval]]:
    """Return each nutritionist's bookable slots that start inside `within`, ascending.

    The one answer to "is this time open?": the list, the booking form and book_slot all ask here.
    Two queries, however many nutritionists. Minimum notice and booking horizon are applied to `now`.
    """
    hours = defaultdict(list)
    rules = AvailabilityRule.objects.filter(nutritionist__in=nutritionists).select_related("nutritionist")
    for rule in rules:
        hours[rule.nutritionist_id].append(rule.as_weekly_hours())
    # A claim just outside can reach in, and a slot's buffer can reach out: look one slot further each way.
    margin = consultation_type.duration + consultation_type.buffer
    asked = Interval(within.start - margin, within.end + margin)
    busy = defaultdict(list)
    claims = SlotClaim.objects.live().within(asked).filter(nutritionist__in=nutritionists)
    for claim in claims.filter(Q(expires_at=None) | Q(expires_at__gt=now)):
        busy[claim.nutritionist_id].append(Interval(claim.starts_at, claim.blocked_until))
    latest = min(within.end, now + consultation_type.booking_horizon)
    return {
        nutritionist: [
            slot
            for slot in open_slots(
                windows_in(hours[nutritionist.pk], within),
                busy[nutritionist.pk],
                duration=consultation_type.duration,
                buffer=consultation_type.buffer,
                step=consultation_type.step,
                not_before=max(within.start, now + consultation_type.minimum_notice),
            )
            if slot.start < latest
        ]
        for nutritionist in nutritionists
    }


def open_times(consultation_type: ConsultationType, *, within: Interval, now: datetime) -> list[Interval]:
    """Return the slots that at least one nutritionist has open, ascending, each time once. Three queries."""
    nutritionists = list(active_nutritionists(consultation_type))
    slots = open_slots_by_nutritionist(consultation_type, nutritionists, within=within, now=now)
    return sorted({slot for open_ones in slots.values() for slot in open_ones})


def soonest_times(consultation_type: ConsultationType, count: int, *, now: datetime) -> list[Interval]:
    """Return the first `count` open times inside the booking horizon."""
    within = Interval(now, now + consultation_type.booking_horizon)
    return open_times(consultation_type, within=within, now=now)[:count]


def nearest_times(
    consultation_type: ConsultationType, starts_at: datetime, count: int, *, now: datetime
) -> list[Interval]:
    """Return the `count` open times nearest to one that cannot be had, in the order of the clock."""
    within = Interval(now, now + consultation_type.booking_horizon)
    times = open_times(consultation_type, within=within, now=now)
    nearest = sorted(times, key=lambda slot: abs(slot.start - starts_at))[:count]
    return sorted(nearest)


def is_open(consultation_type: ConsultationType, starts_at: datetime, *, now: datetime) -> bool:
    """Return whether at least one nutritionist has this very time open."""
    within = Interval(starts_at, starts_at + timedelta(seconds=1))
    return bool(open_times(consultation_type, within=within, now=now))
