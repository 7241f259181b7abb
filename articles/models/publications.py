"""What became of revisions: when readers were shown them, where they stood, and who may look before."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Subquery

from articles.models.articles import Article, Revision


class PublicationQuerySet(models.QuerySet):
    def of(self, article):
        return self.filter(revision__article=article)

    def told_of(self, article, now):
        """For an article's history, newest first: its first publication and each later change worth telling."""
        first = self.of(article).order_by("at", "pk").values("pk")[:1]
        return (
            self.of(article)
            .filter(at__lte=now)
            .annotate(is_first=Q(pk=Subquery(first)))
            .filter(Q(is_first=True) | Q(revision__is_major=True))
            .order_by("-at", "-pk")
        )


class Publication(models.Model):
    """That readers are shown a revision from an instant on. PostgreSQL keeps it as it is once that has come."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="publications")
    at = models.DateTimeField()

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.revision} from {self.at:%Y-%m-%d %H:%M}"


class OldAddress(models.Model):
    """An address at which readers once found an article. It leads to that article for ever and is no other's."""

    slug = models.SlugField(max_length=100, unique=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="old_addresses")
    moved_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "old addresses"

    def __str__(self):
        return self.slug


class PreviewLink(models.Model):
    """A secret address that shows one revision to whoever has it, until it expires or is revoked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="preview_links")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(name="previewlink_expires", condition=Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self):
        return f"Preview of {self.revision}"

    def works(self, now) -> bool:
        return self.revoked_at is None and now < self.expires_at
