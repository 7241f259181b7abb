"""What came of a consultation: what the nutritionist shared afterwards, and what the client said of it."""

from django.db import models
from django.db.models import Q

from articles.models import Article
from consultations.encryption import EncryptedJSONField
from consultations.models.bookings import Booking


class Usefulness(models.TextChoices):
    VERY = "very", "Yes, very"
    PARTLY = "partly", "In part"
    NOT = "not", "Not really"


class FollowUp(models.Model):
    """What is sent to a client after the consultation, and their answer to the one question in it.

    shared: {"notes": what the nutritionist chose to share, in their own words, "reading": their words beside articles
    suggested later}; encrypted, for it may touch on health. articles went with the notes, reading in a later message.
    """

    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, related_name="follow_up")
    shared = EncryptedJSONField(default=dict)
    articles = models.ManyToManyField(Article, blank=True, related_name="+")
    reading = models.ManyToManyField(Article, blank=True, related_name="+")
    created_at = models.DateTimeField()
    was_useful = models.CharField(max_length=10, choices=Usefulness, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="followup_usefulness_known", condition=Q(was_useful__in=["", *Usefulness.values])
            ),
            models.CheckConstraint(
                name="followup_answer_has_time",
                condition=Q(was_useful="", answered_at=None) | (~Q(was_useful="") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"Follow-up of {self.booking.reference}"

    @property
    def notes(self) -> str:
        return self.shared.get("notes", "")

    @property
    def reading_note(self) -> str:
        return self.shared.get("reading", "")
