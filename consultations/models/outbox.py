"""The outbox: one row for every message owed, written in the transaction that owes it."""

from datetime import timedelta

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Min, Q
from django.db.models.functions import Now

from consultations.models.bookings import ACTIVE, Booking, BookingStatus
from consultations.models.people import Nutritionist
from consultations.models.seeking import sought_in
from consultations.models.waitlist import WaitlistEntry


class EmailKind(models.TextChoices):
    BOOKED = "booked", "booking confirmation"
    REQUESTED = "requested", "request received"
    DECLINED = "declined", "request declined"
    EXPIRED = "expired", "request expired"
    ALREADY_BOOKED = "already_booked", "already booked"
    MOVED = "moved", "booking moved"
    CANCELLED = "cancelled", "booking cancelled"
    YOUR_LINK = "your_link", "link to the booking"
    ADDRESS_CHECK = "address_check", "new address to prove"
    ADDRESS_CHANGED = "address_changed", "address changed"
    WAITLIST_JOINED = "waitlist_joined", "on the waiting list"
    WAITLIST_OFFER = "waitlist_offer", "waiting-list offer"
    REMINDER_DAY = "reminder_day", "reminder, a day before"
    REMINDER_HOURS = "reminder_hours", "reminder, two hours before"
    STAFF_NEW = "staff_new", "to the nutritionist: new"
    STAFF_MOVED = "staff_moved", "to the nutritionist: moved"
    STAFF_CANCELLED = "staff_cancelled", "to the nutritionist: cancelled"
    STAFF_DETAILS = "staff_details", "to the nutritionist: how to reach the client"
    STAFF_TOMORROW = "staff_tomorrow", "to the nutritionist: tomorrow"
    FOLLOW_UP = "follow_up", "follow-up"
    READING = "reading", "articles to read"
    DATA_ERASED = "data_erased", "data erased"
    TEAM_ALERT = "team_alert", "alert to the team"
    PLEASE_MOVE = "please_move", "please choose another time"


TO_STAFF = [
    EmailKind.STAFF_NEW,
    EmailKind.STAFF_MOVED,
    EmailKind.STAFF_CANCELLED,
    EmailKind.STAFF_DETAILS,
    EmailKind.STAFF_TOMORROW,
]
ABOUT_THEIR_OWN = [EmailKind.STAFF_NEW, EmailKind.STAFF_DETAILS]  # of no use to whom the booking is not with any more
# Sent to another address than the client's present one, on purpose.
TO_OTHER_ADDRESSES = [EmailKind.ADDRESS_CHECK, EmailKind.ADDRESS_CHANGED, *TO_STAFF]
# What such a message says would be wrong once the booking stands otherwise: it is then no longer needed.
ONLY_WHILE = {
    EmailKind.BOOKED: [BookingStatus.CONFIRMED],
    EmailKind.REQUESTED: [BookingStatus.REQUESTED],
    EmailKind.MOVED: ACTIVE,
    EmailKind.ADDRESS_CHECK: ACTIVE,
    EmailKind.REMINDER_DAY: [BookingStatus.CONFIRMED],
    EmailKind.REMINDER_HOURS: [BookingStatus.CONFIRMED],
    EmailKind.STAFF_NEW: ACTIVE,
    EmailKind.STAFF_MOVED: ACTIVE,
    EmailKind.STAFF_DETAILS: ACTIVE,
    EmailKind.FOLLOW_UP: [BookingStatus.COMPLETED],
    EmailKind.PLEASE_MOVE: ACTIVE,
    EmailKind.READING: [BookingStatus.COMPLETED],
}
# About no booking, no place on the waiting list and no nutritionist.
ABOUT_NOBODY = [EmailKind.YOUR_LINK, EmailKind.DATA_ERASED, EmailKind.TEAM_ALERT]
REMINDERS = [EmailKind.REMINDER_DAY, EmailKind.REMINDER_HOURS]  # worth sending until just before the start
HALF_A_DAY = timedelta(hours=12)
MOST_ATTEMPTS = 10


class EmailState(models.TextChoices):
    OWED = "owed", "owed"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    RETRYING = "retrying", "will be tried again"
    FAILED = "failed", "failed"
    OBSOLETE = "obsolete", "no longer needed"
    BOUNCED = "bounced", "bounced"


UNSENT = [EmailState.OWED, EmailState.SENDING, EmailState.RETRYING]
IN_TROUBLE = [EmailState.FAILED, EmailState.BOUNCED]


class OutgoingEmailQuerySet(models.QuerySet):
    def due(self, now):
        """Rows to try now, those left behind by a worker that died included."""
        return self.filter(
            Q(state__in=[EmailState.OWED, EmailState.RETRYING], next_attempt_at__lte=now)
            | Q(state=EmailState.SENDING, locked_until__lte=now)
        )

    def oldest_owed_age(self, now):
        """Return how long the oldest unsent message has been due (timedelta), or None. A reminder to come is not."""
        oldest = self.filter(state__in=UNSENT, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
        return None if oldest is None else now - oldest

    def has_come_back_from(self, address):
        """Return whether the newest of these messages to an address bounced."""
        newest = self.filter(to=address).order_by("-created_at", "-pk").values_list("state", flat=True).first()
        return newest == EmailState.BOUNCED

    def in_trouble(self, since):
        """Messages owed since then that will not arrive unless somebody does something."""
        return self.filter(state__in=IN_TROUBLE, created_at__gte=since)


class OutgoingEmail(models.Model):
    """A message owed to somebody, composed when sent from the booking or waiting-list entry as it is then.

    due_at is when it was first worth sending, next_attempt_at when to try next. waits_for_server: the last attempt
    never got as far as offering the message, so that it is worth trying as soon as the server is back.
    """

    kind = models.CharField(max_length=20, choices=EmailKind)
    dedupe_key = models.CharField(max_length=100, unique=True)
    booking = models.ForeignKey(Booking, null=True, blank=True, on_delete=models.PROTECT, related_name="emails")
    entry = models.ForeignKey(WaitlistEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="emails")
    nutritionist = models.ForeignKey(Nutritionist, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to = models.EmailField()
    message_id = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=EmailState, default=EmailState.OWED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(db_default=Now())
    next_attempt_at = models.DateTimeField()
    waits_for_server = models.BooleanField(db_default=False)
    not_after = models.DateTimeField(null=True, blank=True, help_text="Not worth sending from then on.")
    locked_until = models.DateTimeField(null=True, blank=True, help_text="A worker has it until then.")
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    sought = sought_in("to")

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            # The sweep every 15 seconds, and the age on /readyz: both look at unsent rows only.
            models.Index(name="outgoingemail_unsent", fields=["next_attempt_at"], condition=Q(state__in=UNSENT)),
            # The admin's start page and the alert to the team.
            models.Index(name="outgoingemail_in_trouble", fields=["created_at"], condition=Q(state__in=IN_TROUBLE)),
            # The team's search.
            GinIndex(fields=["sought"], name="outgoingemail_sought", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(name="outgoingemail_kind_known", condition=Q(kind__in=EmailKind.values)),
            models.CheckConstraint(name="outgoingemail_state_known", condition=Q(state__in=EmailState.values)),
            models.CheckConstraint(
                name="outgoingemail_sent_has_time",
                condition=~Q(state=EmailState.SENT) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="outgoingemail_lease_while_sending",
                condition=Q(state=EmailState.SENDING, locked_until__isnull=False)
                | (~Q(state=EmailState.SENDING) & Q(locked_until=None)),
            ),
            models.CheckConstraint(
                name="outgoingemail_about_one_thing",
                condition=Q(booking__isnull=False, entry=None, nutritionist=None)
                | Q(booking=None, entry__isnull=False, nutritionist=None)
                | Q(booking=None, entry=None, nutritionist__isnull=False)
                | Q(booking=None, entry=None, nutritionist=None, kind__in=ABOUT_NOBODY),
            ),
            models.CheckConstraint(name="outgoingemail_tries_bounded", condition=Q(attempts__lte=MOST_ATTEMPTS)),
            models.CheckConstraint(name="outgoingemail_not_due_before", condition=Q(due_at__gte=F("created_at"))),
            models.CheckConstraint(
                name="outgoingemail_wanted_for_a_while",
                condition=Q(not_after=None) | Q(not_after__gt=F("due_at")),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.pk})"  # no address: it stands in the admin's log

    @property
    def is_overtaken(self):
        """Return whether it should not be sent any more: its client or its booking stands otherwise by now."""
        client = self.booking or self.entry
        if client is None:
            return False
        if self.kind not in TO_OTHER_ADDRESSES and self.to != client.client_email:
            return True
        return self.booking is not None and self._is_false_of(self.booking)

    def _is_false_of(self, booking):
        if self.kind == EmailKind.ADDRESS_CHECK and self.to != booking.pending_email:
            return True
        # moved to somebody else
        if self.kind in ABOUT_THEIR_OWN and not booking.nutritionist.has_address(self.to):
            return True
        if self.kind in REMINDERS and booking.starts_at > self.not_after + HALF_A_DAY:  # moved since
            return True
        return booking.status not in ONLY_WHILE.get(self.kind, [booking.status])
