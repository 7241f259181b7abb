"""What clients agreed to, in the exact words."""

from django.conf import settings
from django.db import models
from django.db.models import Func, Q

from consultations.models.bookings import Booking


class ConsentPurpose(models.TextChoices):
    SERVICE = "service", "holding the consultation"
    MARKETING = "marketing", "news by e-mail"
    HEALTH = "health", "storing health answers"


class ConsentChannel(models.TextChoices):
    BOOKING_FORM = "booking_form", "the booking form"
    WAITING_LIST = "waiting_list", "the waiting-list form"
    MANAGE_LINK = "manage_link", "the client's own link"
    SPOKEN = "spoken", "the phone, read out by the team"


class ConsentText(models.Model):
    """The exact words of an agreement, under their SHA-256 (of the UTF-8, in hex).

    PostgreSQL refuses a row whose hash is another's, and to change or delete one (migration 0014).
    """

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    purpose = models.CharField(max_length=20, choices=ConsentPurpose)
    version = models.PositiveSmallIntegerField()
    wording = models.TextField()

    class Meta:
        ordering = ["purpose", "version"]
        constraints = [
            models.CheckConstraint(name="consenttext_purpose_known", condition=Q(purpose__in=ConsentPurpose.values)),
            models.CheckConstraint(
                name="consenttext_hash_is_its_own",
                condition=Q(
                    sha256=Func(
                        "wording",
                        template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
                        output_field=models.CharField(),
                    )
                ),
            ),
            # What Consent's own foreign key points at, see migration 0014.
            models.UniqueConstraint(name="consenttext_identity", fields=["sha256", "purpose"]),
        ]

    def __str__(self):
        return f"{self.get_purpose_display()}, version {self.version}"


class Consent(models.Model):
    """What a client agreed to, in the words they were shown or read out, when and where."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=ConsentPurpose)
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=20, choices=ConsentChannel)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who read the words out and heard the client agree.",
    )
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["granted_at", "id"]
        constraints = [
            models.CheckConstraint(name="consent_purpose_known", condition=Q(purpose__in=ConsentPurpose.values)),
            models.CheckConstraint(name="consent_channel_known", condition=Q(channel__in=ConsentChannel.values)),
            models.CheckConstraint(
                name="consent_spoken_was_heard",
                condition=Q(channel=ConsentChannel.SPOKEN, recorded_by__isnull=False)
                | ~Q(channel=ConsentChannel.SPOKEN) & Q(recorded_by=None),
            ),
            models.UniqueConstraint(
                name="consent_once_a_purpose", fields=["booking", "purpose"], condition=Q(withdrawn_at=None)
            ),
        ]

    def __str__(self):
        return f"{self.get_purpose_display()}, {self.granted_at:%Y-%m-%d}"
