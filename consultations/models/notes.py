"""What the team writes down about a booking for itself."""

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime

from consultations.encryption import EncryptedJSONField
from consultations.models.bookings import Booking


class BookingNote(models.Model):
    """One internal note. PostgreSQL refuses to change one, or to delete it before its client is erased (0027).

    written: {"text": the words}; encrypted, for they may touch on health. key: of the form, so that a note sent twice
    is one.
    """

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="internal_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    written = EncryptedJSONField()
    key = models.UUIDField(unique=True, editable=False)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ("add", "view")

    def __str__(self):
        return f"Note of {date_format(localtime(self.at), 'DATETIME_FORMAT')}"

    @property
    def text(self) -> str:
        return self.written["text"]
