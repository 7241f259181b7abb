"""Rows with honest defaults; a test overrides what it is about."""

import itertools
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

from consultations.models import AvailabilityRule, ConsultationType, Nutritionist
from consultations.services.booking import ClientDetails, Slot, Visit, book_slot, hold_slot

_numbers = itertools.count(1)

# A Monday in winter: London wall time is UTC. Tests that do not go through a view pass it as the clock.
NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
TUESDAY_TEN = datetime(2027, 1, 5, 10, 0, tzinfo=UTC)


def make_nutritionist(*, hours=((time(9), time(17)),), weekdays=range(7), **overrides):
    """A nutritionist who works the same hours on each of the weekdays (0 is Monday)."""
    number = next(_numbers)
    values = {"name": f"Nia Sample {number}", "slug": f"nia-{number}", "credentials": "Registered Nutritionist"}
    nutritionist = Nutritionist.objects.create(**{**values, **overrides})
    for weekday in weekdays:
        for starts_at, ends_at in hours:
            AvailabilityRule.objects.create(
                nutritionist=nutritionist, weekday=weekday, starts_at=starts_at, ends_at=ends_at
            )
    return nutritionist


def make_consultation_type(*nutritionists, **overrides):
    """A half-hour type without buffer, for the nutritionists given or for one new one."""
    number = next(_numbers)
    values = {
        "name": f"Consultation {number}",
        "slug": f"consultation-{number}",
        "description": "Half an hour with a nutritionist.",
        "duration": timedelta(minutes=30),
        "step": timedelta(minutes=30),
        "buffer": timedelta(0),
        "minimum_notice": timedelta(0),
    }
    consultation_type = ConsultationType.objects.create(**{**values, **overrides})
    consultation_type.nutritionists.set(nutritionists or [make_nutritionist()])
    return consultation_type


def make_details(**overrides):
    return ClientDetails(**{"name": "Amara Whitfield", "email": "amara@example.com", **overrides})


def make_hold(consultation_type=None, *, starts_at=TUESDAY_TEN, nutritionist=None, own=None, visit=None, now=NOW):
    """A hold made through the one door there is; `nutritionist` is a slug."""
    slot = Slot(consultation_type or make_consultation_type(), starts_at, nutritionist)
    return hold_slot(slot, visit or Visit(), own=own, now=now)


def make_booking(
    consultation_type=None,
    *,
    starts_at=TUESDAY_TEN,
    nutritionist=None,
    own=None,
    visit=None,
    key=None,
    now=NOW,
    **details,
):
    """A booking made through the one door there is. Each is another client's unless it says whose it is."""
    details.setdefault("email", f"client-{next(_numbers)}@example.com")
    slot = Slot(consultation_type or make_consultation_type(), starts_at, nutritionist)
    return book_slot(slot, make_details(**details), visit or Visit(), own=own, key=key or uuid4(), now=now)
