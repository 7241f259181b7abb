"""Articles (an address and a state) and their revisions (immutable content, already rendered)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django_prose_editor.fields import ProseEditorField

from articles.editor import BODY
from articles.models.library import Person, Topic
from articles.models.references import Reference

WORDS_A_MINUTE = 220


class Cover(models.TextChoices):
    """The drawn covers in static/img/covers/."""

    DEFENCE = "defence", "Defence: viruses above the lining"
    ANTIBIOTICS = "antibiotics", "Antibiotics: a grid with gaps"
    FIBRE = "fibre", "Fibre: strands"
    MIND = "mind", "Mind: the line between gut and brain"
    LABEL = "label", "Label: a bar code"
    TEST = "test", "Test: a sample"
    TRAVEL = "travel", "Travel"
    EARLY = "early", "Early life"
    STAGES = "stages", "Life stages"


class ArticleQuerySet(models.QuerySet):
    def live(self, now):
        """Articles readers may see at an instant: nothing has to run for one to appear or go."""
        return self.filter(Q(expire_at=None) | Q(expire_at__gt=now), live_revision__isnull=False, publish_at__lte=now)

    def next_change(self, now):
        """Return the next instant at which one of these appears or goes by itself, None if none does. One query."""
        shown = self.filter(live_revision__isnull=False)
        appearing = shown.filter(publish_at__gt=now).order_by("publish_at").values_list("publish_at")[:1]
        going = shown.filter(expire_at__gt=now).order_by("expire_at").values_list("expire_at")[:1]
        return min((at for (at,) in appearing.union(going, all=True)), default=None)

    def newest_first(self):
        """For lists: what a card shows, without the long texts of the pages."""
        page_only = [f"live_revision__{name}" for name in ("body", "html", "references_html", "contents")]
        return self.select_related("live_revision", "topic").defer(*page_only).order_by("-publish_at", "-pk")


class Article(models.Model):
    """An address and a state. Readers are shown `live_revision`; newer revisions are drafts."""

    slug = models.SlugField(
        max_length=100, unique=True, help_text="The article's address. Changing it breaks links that others have made."
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="articles")
    cover = models.CharField(max_length=20, choices=Cover)
    live_revision = models.ForeignKey(
        "Revision", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    publish_at = models.DateTimeField(null=True, blank=True, editable=False)
    expire_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        indexes = [models.Index(fields=["-publish_at"], name="article_newest")]  # lists and the home page
        constraints = [
            models.CheckConstraint(name="article_cover_known", condition=Q(cover__in=Cover.values)),
            models.CheckConstraint(
                name="article_live_has_time", condition=Q(live_revision=None) | Q(publish_at__isnull=False)
            ),
            models.CheckConstraint(
                name="article_expires_after_publication",
                condition=Q(expire_at=None) | Q(publish_at=None) | Q(expire_at__gt=F("publish_at")),
            ),
        ]

    def __str__(self):
        return self.slug

    def get_absolute_url(self):
        return reverse("articles:detail", args=[self.slug])


class Revision(models.Model):
    """One version of an article's content with what was rendered from it. PostgreSQL refuses any change to it."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    standfirst = models.TextField(max_length=400)
    body = ProseEditorField(extensions=BODY, sanitize=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="written")
    reviewer = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="reviewed")
    reviewed_on = models.DateField(null=True, blank=True)
    next_review_on = models.DateField(null=True, blank=True)
    change_note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    content_hash = models.CharField(max_length=64)
    html = models.TextField()
    contents = models.JSONField()
    references_html = models.TextField()
    word_count = models.PositiveIntegerField()
    references = models.ManyToManyField(Reference, through="Citation", related_name="cited_in")

    class Meta:
        ordering = ["article", "-number"]
        constraints = [
            models.UniqueConstraint(name="revision_number_once_an_article", fields=["article", "number"]),
            models.CheckConstraint(name="revision_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="revision_reviewed_in_order",
                condition=Q(next_review_on=None) | Q(reviewed_on=None) | Q(next_review_on__gt=F("reviewed_on")),
            ),
        ]

    def __str__(self):
        return f"{self.title} (revision {self.number})"

    @property
    def reading_minutes(self):
        return max(1, round(self.word_count / WORDS_A_MINUTE))


class Citation(models.Model):
    """That a revision cites a reference, and as which number."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="citations")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="citations")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["revision", "position"]
        constraints = [
            models.UniqueConstraint(name="citation_reference_once", fields=["revision", "reference"]),
            models.UniqueConstraint(name="citation_position_once", fields=["revision", "position"]),
        ]

    def __str__(self):
        return f"{self.position}. {self.reference_id}"
