"""The ledger of claimed time, the bookings that stand on it, and their history."""

import secrets
import uuid
from datetime import time

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from articles.models import Article, Topic
from consultations.models.people import ConsultationType, Nutritionist
from consultations.models.seeking import sought_in
from consultations.slots import DAY, to_utc

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0, O, 1 or I: references are read out on the phone


def new_reference():
    """Return eight characters that survive being read aloud."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


def time_range(start: str, end: str) -> Func:
    """Return tstzrange(start, end), half-open, over two columns: for exclusion constraints."""
    return Func(start, end, RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())


class ClaimKind(models.TextChoices):
    HOLD = "hold", "hold"
    BOOKING = "booking", "booking"
    OFFER = "offer", "waiting-list offer"


class Decision(models.TextChoices):
    """What the team decided about a claim outside hours. A booking that moves has another claim, undecided."""

    NONE = "", "nothing yet"
    KEPT = "kept", "kept"
    ASKED = "asked", "client asked to move"


class SlotClaimQuerySet(models.QuerySet):
    def live(self):
        return self.filter(released_at=None)

    def live_holds(self, now):
        return self.live().filter(kind=ClaimKind.HOLD, expires_at__gt=now)


class SlotClaim(models.Model):
    """A piece of one nutritionist's time: the single ledger that no two live claims may share.

    `blocked_until` is the end plus the buffer. It is stored because PostgreSQL allows neither arithmetic
    with intervals nor now() in an exclusion constraint. An expired claim is live until somebody who wants its time
    releases it; every reader looks at `expires_at` too.

    public_id stands for a hold in addresses. consultation_type, time_zone, article and client_hash are what a hold
    has to remember of the visit that made it; client_hash tells clients apart without saying who they are.
    """

    public_id = models.UUIDField(db_default=RandomUUID(), unique=True, editable=False)
    nutritionist = models.ForeignKey(Nutritionist, on_delete=models.PROTECT, related_name="claims")
    starts_at = models.DateTimeField()
    blocked_until = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=ClaimKind)
    expires_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    consultation_type = models.ForeignKey(ConsultationType, null=True, blank=True, on_delete=models.PROTECT)
    time_zone = models.CharField(max_length=64, blank=True)
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    client_hash = models.CharField(max_length=32, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True, db_default="", editable=False)
    is_live = models.GeneratedField(
        expression=Q(released_at__isnull=True), output_field=models.BooleanField(), db_persist=True
    )

    objects = SlotClaimQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        indexes = [
            # Every list of times: what is claimed from now on, however long the history.
            models.Index(name="slotclaim_live_by_end", fields=["blocked_until"], condition=Q(released_at=None)),
            # The ceilings on holds, and the limits when the cache is away.
            models.Index(
                name="slotclaim_by_client", fields=["client_hash", "created_at"], condition=~Q(client_hash="")
            ),
        ]
        constraints = [
            ExclusionConstraint(
                name="slotclaim_no_double_booking",
                expressions=[
                    ("nutritionist", RangeOperators.EQUAL),
                    (time_range("starts_at", "blocked_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at=None),
                violation_error_message="That time has just been taken.",
            ),
            models.CheckConstraint(name="slotclaim_ends_after_start", condition=Q(blocked_until__gt=F("starts_at"))),
            models.CheckConstraint(name="slotclaim_kind_known", condition=Q(kind__in=ClaimKind.values)),
            models.CheckConstraint(name="slotclaim_decision_known", condition=Q(decision__in=Decision.values)),
            models.CheckConstraint(
                name="slotclaim_only_bookings_do_not_expire",
                condition=Q(kind=ClaimKind.BOOKING, expires_at=None)
                | (~Q(kind=ClaimKind.BOOKING) & Q(expires_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="slotclaim_hold_knows_its_type",
                condition=~Q(kind=ClaimKind.HOLD) | Q(consultation_type__isnull=False),
            ),
            # What Booking's own foreign key points at, see migration 0003.
            models.UniqueConstraint(name="slotclaim_identity", fields=["id", "nutritionist", "starts_at", "is_live"]),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} from {date_format(localtime(self.starts_at), 'DATETIME_FORMAT')}"


class BookingStatus(models.TextChoices):
    REQUESTED = "requested", "requested"
    CONFIRMED = "confirmed", "confirmed"
    COMPLETED = "completed", "completed"
    NO_SHOW = "no_show", "no-show"
    CANCELLED_BY_CLIENT = "cancelled_by_client", "cancelled by the client"
    CANCELLED_BY_TEAM = "cancelled_by_team", "cancelled by the team"
    DECLINED = "declined", "request declined"
    EXPIRED = "expired", "request expired"


ACTIVE = [BookingStatus.REQUESTED, BookingStatus.CONFIRMED]
OCCUPYING = [*ACTIVE, BookingStatus.COMPLETED, BookingStatus.NO_SHOW]
CANCELLED = [BookingStatus.CANCELLED_BY_CLIENT, BookingStatus.CANCELLED_BY_TEAM]


class Channel(models.TextChoices):
    VIDEO = "video", "Video call, in your browser"
    PHONE = "phone", "Phone call"


class Source(models.TextChoices):
    """Where a booking was made: by the client, or by the team for a client who phoned."""

    WEBSITE = "website", "on the website"
    PHONE = "phone", "by phone"


class BookingQuerySet(models.QuerySet):
    def on_day(self, day):
        """Return those that start on a London day."""
        zone = settings.DISPLAY_TIME_ZONE
        start, end = to_utc(day, time(), zone), to_utc(day + DAY, time(), zone)
        return self.filter(starts_at__gte=start, starts_at__lt=end)


class Booking(models.Model):
    """A stored appointment: cancelled, never deleted.

    Who and when are repeated from the claim so that a booking reads by itself; a foreign key over
    (claim, nutritionist, starts_at, occupies) makes PostgreSQL refuse a booking that disagrees with its
    claim, or one that counts on a claim already released (migration 0003); one that ends after its claim is refused
    as well (migration 0010).
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
    respond_by = models.DateTimeField(null=True, blank=True, help_text="When an unanswered request expires.")
    client_name = models.CharField(max_length=100)
    client_email = models.EmailField()
    email_normalised = models.CharField(max_length=254, editable=False)
    client_time_zone = models.CharField(max_length=64, default="Europe/London")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.VIDEO)
    phone = models.CharField(max_length=20, blank=True, help_text="International, as +44 20 7946 0018.")
    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    notes = models.TextField(max_length=500, blank=True)
    article = models.ForeignKey(
        Article,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The article from which the client came.",
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.WEBSITE, db_default=Source.WEBSITE)
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()
    link_nonce = models.UUIDField(db_default=RandomUUID(), editable=False)
    pending_email = models.EmailField(blank=True, help_text="Asked for by the client, not yet proven from there.")
    redacted_at = models.DateTimeField(null=True, blank=True, help_text="When the client was taken out of this row.")
    sought = sought_in("client_name", "client_email", "phone", "reference")

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        permissions = [("view_reports", "Can see reports")]
        indexes = [
            # The team's lists, and its start page.
            models.Index(fields=["starts_at"], name="booking_by_start"),
            models.Index(fields=["created_at"], name="booking_by_making"),
            models.Index(fields=["ends_at"], name="booking_active_by_end", condition=Q(status__in=ACTIVE)),
            # The team's search.
            GinIndex(fields=["sought"], name="booking_sought", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(name="booking_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="booking_status_known", condition=Q(status__in=BookingStatus.values)),
            models.CheckConstraint(name="booking_client_named", condition=~Q(client_name="")),
            models.CheckConstraint(name="booking_source_known", condition=Q(source__in=Source.values)),
            models.CheckConstraint(name="booking_channel_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(
                name="booking_phone_call_has_number", condition=~Q(channel=Channel.PHONE) | ~Q(phone="")
            ),
            models.CheckConstraint(
                name="booking_request_has_deadline",
                condition=~Q(status=BookingStatus.REQUESTED) | Q(respond_by__isnull=False),
            ),
            # One active booking per client and type. "Active" lasts until the consultation ends; as a range from
            # its making to its end it needs no now(), which no constraint may ask for.
            ExclusionConstraint(
                name="booking_one_active_per_client",
                expressions=[
                    ("email_normalised", RangeOperators.EQUAL),
                    ("consultation_type", RangeOperators.EQUAL),
                    (time_range("created_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=ACTIVE),
            ),
            ExclusionConstraint(
                name="booking_client_in_one_place",
                expressions=[
                    ("email_normalised", RangeOperators.EQUAL),
                    (time_range("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status__in=ACTIVE),
            ),
        ]

    def __str__(self):
        return self.reference  # no name: it stands in the admin's log

    @property
    def is_active(self):
        return self.status in ACTIVE

    @property
    def occupies_time(self):
        """Return what `occupies` is in the database, for a row not read back from there."""
        return self.status in OCCUPYING

    @property
    def is_cancelled(self):
        return self.status in CANCELLED

    @property
    def changes_close_at(self):
        """Return until when the client moves or cancels without asking."""
        return self.starts_at - self.consultation_type.cancellation_cutoff


class BookingEventKind(models.TextChoices):
    BOOKED = "booked", "booked"
    REQUESTED = "requested", "requested"
    ACCEPTED = "accepted", "request accepted"
    DECLINED = "declined", "request declined"
    EXPIRED = "expired", "request expired"
    ADDRESS_CORRECTED = "address_corrected", "e-mail address corrected"
    DETAILS_CORRECTED = "details_corrected", "details corrected"
    MOVED = "moved", "moved"
    CANCELLED = "cancelled", "cancelled"
    COMPLETED = "completed", "took place"
    NO_SHOW = "no_show", "client did not come"
    MAIL_BOUNCED = "mail_bounced", "mail came back"
    KEPT = "kept", "kept outside working hours"
    ASKED_TO_MOVE = "asked_to_move", "client asked to move"
    MAIL_RESENT = "mail_resent", "mail sent again"
    READING_SENT = "reading_sent", "articles suggested"


class BookingEvent(models.Model):
    """One line of a booking's history. Rows are only ever added.

    detail: what changed, in words, such as the time a booking was moved from; reason: why, if somebody said.
    """

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
    detail = models.CharField(max_length=200, blank=True)
    reason = models.TextField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="bookingevent_kind_known", condition=Q(kind__in=BookingEventKind.values))
        ]

    def __str__(self):
        return f"{self.get_kind_display()} at {date_format(localtime(self.at), 'DATETIME_FORMAT')}"


class NoTimeSuited(models.Model):
    """How many visitors said on a day that no time suited them. Counts only: nothing tells who they were."""

    on = models.DateField()
    consultation_type = models.ForeignKey(ConsultationType, on_delete=models.CASCADE)
    article = models.ForeignKey(
        Article, null=True, blank=True, on_delete=models.CASCADE, related_name="+", help_text="Where they came from."
    )
    count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-on"]
        verbose_name_plural = "no time suited"
        constraints = [
            models.UniqueConstraint(
                name="notimesuited_once_a_day", fields=["on", "consultation_type", "article"], nulls_distinct=False
            )
        ]

    def __str__(self):
        return f"{self.on}: {self.count}"
