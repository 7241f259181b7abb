"""The ledger of claimed time, the bookings that stand on it, and their history."""

import secrets
import uuid

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from consultations.models.people import ConsultationType, Nutritionist
from consultations.slots import Interval

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0, O, 1 or I: references are read out on the phone


def new_reference():
    """Return eight characters that survive being read aloud."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


class ClaimKind(models.TextChoices):
    HOLD = "hold", "hold"
    BOOKING = "booking", "booking"
    OFFER = "offer", "waiting-list offer"


class SlotClaimQuerySet(models.QuerySet):
    def live(self):
        return self.filter(released_at=None)

    def within(self, interval: Interval):
        """Claims that overlap an interval."""
        return self.filter(starts_at__lt=interval.end, blocked_until__gt=interval.start)


class SlotClaim(models.Model):
    """A piece of one nutritionist's time: the single ledger that no two live claims may share.

    `blocked_until` is the end plus the buffer. It is stored because PostgreSQL allows neither arithmetic
    with intervals nor now() in an exclusion constraint.
    """

    nutritionist = models.ForeignKey(Nutritionist, on_delete=models.PROTECT, related_name="claims")
    starts_at = models.DateTimeField()
    blocked_until = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=ClaimKind)
    expires_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    is_live = models.GeneratedField(
        expression=Q(released_at__isnull=True), output_field=models.BooleanField(), db_persist=True
    )

    objects = SlotClaimQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            ExclusionConstraint(
                name="slotclaim_no_double_booking",
                expressions=[
                    ("nutritionist", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at",
                            "blocked_until",
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(released_at=None),
                violation_error_message="That time has just been taken.",
            ),
            models.CheckConstraint(name="slotclaim_ends_after_start", condition=Q(blocked_until__gt=F("starts_at"))),
            models.CheckConstraint(name="slotclaim_kind_known", condition=Q(kind__in=ClaimKind.values)),
            models.CheckConstraint(
                name="slotclaim_only_bookings_do_not_expire",
                condition=Q(kind=ClaimKind.BOOKING, expires_at=None)
                | (~Q(kind=ClaimKind.BOOKING) & Q(expires_at__isnull=False)),
            ),
            # What Booking's own foreign key points at, see migration 0003.
            models.UniqueConstraint(name="slotclaim_identity", fields=["id", "nutritionist", "starts_at", "is_live"]),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} from {self.starts_at:%Y-%m-%d %H:%M} UTC"


class BookingStatus(models.TextChoices):
    CONFIRMED = "confirmed", "confirmed"
    COMPLETED = "completed", "completed"
    NO_SHOW = "no_show", "no-show"
    CANCELLED_BY_CLIENT = "cancelled_by_client", "cancelled by the client"
    CANCELLED_BY_TEAM = "cancelled_by_team", "cancelled by the team"


OCCUPYING = [BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW]


class BookingQuerySet(models.QuerySet):
    def upcoming(self, now):
        return self.filter(status=BookingStatus.CONFIRMED, starts_at__gte=now)


class Booking(models.Model):
    """A stored appointment: cancelled, never deleted.

    Who and when are repeated from the claim so that a booking reads by itself; a foreign key over
    (claim, nutritionist, starts_at, occupies) makes PostgreSQL refuse a booking that disagrees with its
    claim, or one that counts on a claim already released (migration 0003).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=8, default=new_reference, unique=True, editable=False)
    idempotency_key = models.UUIDField(unique=True, editable=False)
    consultation_type = models.ForeignKey(ConsultationType, on_delete=models.PROTECT)
    nutritionist = models.ForeignKey(Nutritionist, on_delete=models.PROTECT, related_name="bookings")
    claim = models.OneToOneField(SlotClaim, on_delete=models.PROTECT)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=BookingStatus, default=BookingStatus.CONFIRMED)
    occupies = models.GeneratedField(
        expression=Q(status__in=OCCUPYING), output_field=models.BooleanField(), db_persist=True
    )
    client_name = models.CharField(max_length=100)
    client_email = models.EmailField()
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["starts_at"], name="booking_by_start")]  # the team's lists
        constraints = [
            models.CheckConstraint(name="booking_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="booking_status_known", condition=Q(status__in=BookingStatus.values)),
            models.CheckConstraint(name="booking_client_named", condition=~Q(client_name="")),
        ]

    def __str__(self):
        return f"{self.reference}: {self.client_name}"

    @property
    def interval(self) -> Interval:
        return Interval(self.starts_at, self.ends_at)


class BookingEventKind(models.TextChoices):
    BOOKED = "booked", "booked"


class BookingEvent(models.Model):
    """One line of a booking's history. Rows are only ever added."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=BookingEventKind)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="The member of staff who did it; empty when it was the client.",
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="bookingevent_kind_known", condition=Q(kind__in=BookingEventKind.values))
        ]

    def __str__(self):
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M} UTC"
