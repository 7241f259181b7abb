"""A nutritionist's own calendar feed."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q

from consultations.models.people import Nutritionist


class FeedShows(models.TextChoices):
    """What a calendar, and whoever it is shared with, is told of each consultation."""

    BUSY = "busy", "That there is a consultation, and its reference"
    FIRST_NAME = "first_name", "The client’s first name and topic as well"


class CalendarFeed(models.Model):
    """The secret address at which a nutritionist's calendar reads their consultations. A new nonce ends the old."""

    nutritionist = models.OneToOneField(Nutritionist, on_delete=models.CASCADE, related_name="calendar_feed")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    link_nonce = models.UUIDField(db_default=RandomUUID(), editable=False)
    shows = models.CharField("what it shows", max_length=10, choices=FeedShows, default=FeedShows.BUSY)

    class Meta:
        constraints = [models.CheckConstraint(name="calendarfeed_shows_known", condition=Q(shows__in=FeedShows.values))]

    def __str__(self):
        return f"Calendar feed of {self.nutritionist}"
