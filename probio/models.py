"""What the site itself stores: files that members of staff have asked for, for a day."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class ExportFormat(models.TextChoices):
    XLSX = "xlsx", "Excel workbook (XLSX)"
    CSV = "csv", "CSV"


class ExportState(models.TextChoices):
    WAITING = "waiting", "being made"
    READY = "ready", "ready"
    FAILED = "failed", "could not be made"


class ExportQuerySet(models.QuerySet):
    def due(self, now):
        """Those a worker may make now: waiting, and in nobody's hands."""
        return self.filter(Q(locked_until=None) | Q(locked_until__lte=now), state=ExportState.WAITING)

    def expired(self, now):
        return self.filter(expires_at__lte=now)


class Export(models.Model):
    """A long export: which rows, how far it has come, and until when its file is kept. Only its owner has it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=50)
    format = models.CharField(max_length=4, choices=ExportFormat)
    row_ids = ArrayField(models.BigIntegerField(), help_text="Which rows, in order, as the list showed them.")
    total = models.PositiveIntegerField()
    rows_done = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=7, choices=ExportState, default=ExportState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True, help_text="A worker has it until then.")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        default_permissions = ()
        permissions = [("export_client_data", "Can export bookings, waiting list and mail")]
        constraints = [
            models.CheckConstraint(name="export_state_known", condition=Q(state__in=ExportState.values)),
            models.CheckConstraint(name="export_format_known", condition=Q(format__in=ExportFormat.values)),
            models.CheckConstraint(name="export_not_past_its_end", condition=Q(rows_done__lte=F("total"))),
            models.CheckConstraint(name="export_expires_later", condition=Q(expires_at__gt=F("asked_at"))),
        ]

    def __str__(self):
        return f"{self.source} of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def file_name(self):
        return f"{self.public_id}.{self.format}"


class Upload(models.Model):
    """A CSV that somebody has uploaded to look at before it is imported. Only they see it; it goes within a day."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    importer = models.CharField(max_length=50)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.name
