"""What is kept about forgetting: which rows were erased, and what each retention run did. No names, no addresses."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Erasure(models.Model):
    """That everything about one mailbox was erased. The public ids lead to nobody any more.

    They are what a restored backup is searched for, so that whoever was erased stays erased (`replay_erasures`).
    """

    at = models.DateTimeField()
    bookings = ArrayField(models.UUIDField(), default=list)
    entries = ArrayField(models.UUIDField(), default=list)
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self):
        return f"Erasure {self.reference}"


class RetentionRun(models.Model):
    """How many rows of one kind a run deleted or made anonymous."""

    at = models.DateTimeField()
    what = models.CharField(max_length=50)
    count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-at", "what"]
        constraints = [models.CheckConstraint(name="retentionrun_says_what", condition=~Q(what=""))]

    def __str__(self):
        return f"{self.at:%Y-%m-%d}: {self.what}, {self.count}"
