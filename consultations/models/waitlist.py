"""The waiting list: who waits for a time of which type, and which times they were offered."""

import uuid
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.models.bookings import ACTIVE, Booking, SlotClaim
from consultations.models.people import ConsultationType, Weekday
from consultations.models.seeking import sought_in


class PartOfDay(models.TextChoices):
    MORNING = "morning", "Mornings, before 12:00"
    AFTERNOON = "afternoon", "Afternoons, 12:00 to 17:00"
    EVENING = "evening", "Evenings, from 17:00"


def part_of(wall: time) -> PartOfDay:
    """Return the part of the day in which a wall time lies."""
    if wall < time(12):
        return PartOfDay.MORNING
    return PartOfDay.AFTERNOON if wall < time(17) else PartOfDay.EVENING


class WaitlistState(models.TextChoices):
    WAITING = "waiting", "waiting"
    BOOKED = "booked", "booked from the list"
    LEFT = "left", "left the list"


class WaitlistEntryQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=WaitlistState.WAITING)

    def to_be_asked(self, now):
        """Return those waiting who have neither an open offer nor a booking of the type to come, the first first."""
        bookings = Booking.objects.filter(
            email_normalised=OuterRef("email_normalised"),
            consultation_type=OuterRef("consultation_type"),
            status__in=ACTIVE,
            ends_at__gt=now,
        )
        offers = WaitlistOffer.objects.open().filter(entry=OuterRef("pk"))
        return self.waiting().filter(~Exists(bookings), ~Exists(offers)).order_by("joined_at", "pk")


class WaitlistEntry(models.Model):
    """Somebody who waits for a time of one type, and the weekdays and parts of the day that suit them.

    weekdays: 0 is Monday, in the client's own zone, as the parts of the day are.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_nonce = models.UUIDField(db_default=RandomUUID(), editable=False)
    consultation_type = models.ForeignKey(ConsultationType, on_delete=models.PROTECT, related_name="waitlist")
    client_name = models.CharField(max_length=100)
    client_email = models.EmailField()
    email_normalised = models.CharField(max_length=254, editable=False)
    client_time_zone = models.CharField(max_length=64, default="Europe/London")
    client_hash = models.CharField(max_length=32, blank=True, editable=False)
    weekdays = ArrayField(models.PositiveSmallIntegerField(choices=Weekday))
    parts_of_day = ArrayField(models.CharField(max_length=10, choices=PartOfDay))
    state = models.CharField(max_length=10, choices=WaitlistState, default=WaitlistState.WAITING)
    booking = models.OneToOneField(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="waited")
    joined_at = models.DateTimeField()
    redacted_at = models.DateTimeField(null=True, blank=True, help_text="When the client was taken out of this row.")
    sought = sought_in("client_name", "client_email")

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at"]
        verbose_name_plural = "waiting list"
        indexes = [GinIndex(fields=["sought"], name="waitlistentry_sought", opclasses=["gin_trgm_ops"])]
        constraints = [
            models.CheckConstraint(name="waitlistentry_state_known", condition=Q(state__in=WaitlistState.values)),
            models.CheckConstraint(
                name="waitlistentry_says_when", condition=Q(weekdays__len__gt=0, parts_of_day__len__gt=0)
            ),
            models.CheckConstraint(
                name="waitlistentry_booked_has_booking",
                condition=Q(state=WaitlistState.BOOKED, booking__isnull=False)
                | (~Q(state=WaitlistState.BOOKED) & Q(booking=None)),
            ),
            models.UniqueConstraint(
                name="waitlistentry_once_a_client",
                fields=["email_normalised", "consultation_type"],
                condition=Q(state=WaitlistState.WAITING),
            ),
        ]

    def __str__(self):
        # no name: it stands in the admin's log
        return f"Waiting since {date_format(localtime(self.joined_at), 'DATETIME_FORMAT')}"

    @property
    def first_name(self) -> str:
        return self.client_name.split()[0]

    @property
    def wished_weekdays(self) -> list[Weekday]:
        return [Weekday(number) for number in sorted(self.weekdays)]

    @property
    def wished_parts(self) -> list[PartOfDay]:
        return [part for part in PartOfDay if part in self.parts_of_day]

    def suits(self, starts_at: datetime) -> bool:
        """Return whether a start is on a day and at a time that suit this client."""
        there = starts_at.astimezone(ZoneInfo(self.client_time_zone))
        return there.weekday() in self.weekdays and part_of(there.time()) in self.parts_of_day


class OfferOutcome(models.TextChoices):
    OPEN = "open", "not answered yet"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    EXPIRED = "expired", "not answered in time"


class WaitlistOfferQuerySet(models.QuerySet):
    def open(self):
        return self.filter(outcome=OfferOutcome.OPEN)


class WaitlistOffer(models.Model):
    """A time kept for somebody on the waiting list: the ledger's claim, and what came of it."""

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.CASCADE, related_name="offers")
    claim = models.OneToOneField(SlotClaim, on_delete=models.PROTECT, related_name="offer")
    outcome = models.CharField(max_length=10, choices=OfferOutcome, default=OfferOutcome.OPEN)
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = WaitlistOfferQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(name="waitlistoffer_outcome_known", condition=Q(outcome__in=OfferOutcome.values)),
            models.CheckConstraint(
                name="waitlistoffer_answer_has_time",
                condition=Q(outcome=OfferOutcome.OPEN, answered_at=None)
                | (~Q(outcome=OfferOutcome.OPEN) & Q(answered_at__gte=F("made_at"))),
            ),
            models.UniqueConstraint(
                name="waitlistoffer_one_open_an_entry", fields=["entry"], condition=Q(outcome=OfferOutcome.OPEN)
            ),
        ]

    def __str__(self):
        return f"{self.claim} ({self.get_outcome_display()})"
