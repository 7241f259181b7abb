"""The outbox: one row for every message owed, written in the transaction that owes it."""

from django.db import models
from django.db.models import F, Min, Q

from consultations.models.bookings import Booking
from consultations.models.people import Nutritionist
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
    STAFF_TOMORROW = "staff_tomorrow", "to the nutritionist: tomorrow"


# Sent to another address than the client's present one, on purpose.
TO_OTHER_ADDRESSES = [
    EmailKind.ADDRESS_CHECK,
    EmailKind.ADDRESS_CHANGED,
    EmailKind.STAFF_NEW,
    EmailKind.STAFF_MOVED,
    EmailKind.STAFF_CANCELLED,
    EmailKind.STAFF_TOMORROW,
]


class EmailState(models.TextChoices):
    OWED = "owed", "owed"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    RETRYING = "retrying", "will be tried again"
    FAILED = "failed", "failed"
    OBSOLETE = "obsolete", "no longer needed"
    BOUNCED = "bounced", "bounced"


UNSENT = [EmailState.OWED, EmailState.SENDING, EmailState.RETRYING]


class OutgoingEmailQuerySet(models.QuerySet):
    def due(self, now):
        """Rows to try now, those left behind by a worker that died included."""
        return self.filter(
            Q(state__in=[EmailState.OWED, EmailState.RETRYING], next_attempt_at__lte=now)
            | Q(state=EmailState.SENDING, locked_until__lte=now)
        )

    def oldest_owed_age(self, now):
        """Return how long the oldest unsent message has been owed (timedelta), or None."""
        oldest = self.filter(state__in=UNSENT).aggregate(at=Min("created_at"))["at"]
        return None if oldest is None else now - oldest


class OutgoingEmail(models.Model):
    """A message owed to somebody, composed when sent from the booking or waiting-list entry as it is then."""

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
    next_attempt_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True, blank=True, help_text="Not worth sending after this.")
    locked_until = models.DateTimeField(null=True, blank=True, help_text="A worker has it until then.")
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            # The sweep every 30 seconds, and the age on /readyz: both look at unsent rows only.
            models.Index(name="outgoingemail_unsent", fields=["next_attempt_at"], condition=Q(state__in=UNSENT))
        ]
        constraints = [
            models.CheckConstraint(name="outgoingemail_kind_known", condition=Q(kind__in=EmailKind.values)),
            models.CheckConstraint(name="outgoingemail_state_known", condition=Q(state__in=EmailState.values)),
            models.CheckConstraint(
                name="outgoingemail_sent_has_time",
                condition=~Q(state=EmailState.SENT) | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="outgoingemail_sending_has_lease",
                condition=~Q(state=EmailState.SENDING) | Q(locked_until__isnull=False),
            ),
            models.CheckConstraint(
                name="outgoingemail_about_one_thing",
                condition=Q(booking__isnull=False, entry=None, nutritionist=None)
                | Q(booking=None, entry__isnull=False, nutritionist=None)
                | Q(booking=None, entry=None, nutritionist__isnull=False),
            ),
            models.CheckConstraint(
                name="outgoingemail_wanted_for_a_while",
                condition=Q(not_after=None) | Q(not_after__gt=F("created_at")),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} to {self.to}"

    @property
    def is_astray(self):
        """Return whether the client has another address by now than the one this was owed to."""
        client = self.booking or self.entry
        return self.kind not in TO_OTHER_ADDRESSES and self.to != client.client_email
