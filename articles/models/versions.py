"""What tells whether a page that was made earlier is still right."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest

from articles.models.articles import Article


class ContentVersionQuerySet(models.QuerySet):
    def shown_at(self, now):
        """Add `shown_since`: when what readers are shown at an instant last changed, by an editor or by the clock."""
        appeared = Article.objects.filter(publish_at__lte=now).order_by("-publish_at").values("publish_at")[:1]
        went = Article.objects.filter(expire_at__lte=now).order_by("-expire_at").values("expire_at")[:1]
        # PostgreSQL's GREATEST passes over what is null.
        return self.annotate(shown_since=Greatest("changed_at", models.Subquery(appeared), models.Subquery(went)))


class ContentVersion(models.Model):
    """One row, whose token is another after every transaction that changed something readers may be shown.

    Triggers write it, in the changing transaction itself, whoever changes what by which way. A token is random rather
    than a number: after a restored backup numbers would come a second time, for other content.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()
    changed_at = models.DateTimeField()

    objects = ContentVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="contentversion_is_one_row", condition=Q(id=1))]

    def __str__(self):
        return str(self.token)
