"""Articles (an address and a state) and their revisions (immutable content, already rendered)."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django_prose_editor.fields import ProseEditorField

from articles.editor import BODY
from articles.models.library import Person, Topic
from articles.models.references import Reference
from articles.structured_data import reading_minutes

INTERESTS = (
    "Probio7 paid for this article to be written and reviewed. It sells live bacteria supplements, so it stands to "
    "gain when readers think well of them."
)
SEARCH_CONFIG = "articles_english"  # English without accents: migration 0016
HEAD = (
    SearchVector("title", weight="A", config=SEARCH_CONFIG)
    + SearchVector("standfirst", weight="B", config=SEARCH_CONFIG)
    + SearchVector("headings", weight="C", config=SEARCH_CONFIG)
)
# Each two words that follow each other, and how far: what a vector alone says only after it was read (migration 0022).
NEIGHBOURS = Func(F("search_vector"), function="neighbours", output_field=ArrayField(models.TextField()))
# What may stay in the database, as fields of Article: the long texts that only search looks at, those no list needs.
SEARCH_ONLY = tuple(f"live_revision__{name}" for name in ("text", "headings", "head_vector", "search_vector"))
CONTENTS_FROM = 3  # sections from which a list of contents helps
NOT_FOR_LISTS = (
    *(f"live_revision__{name}" for name in ("body", "html", "references_html", "contents", "structured_data")),
    *SEARCH_ONLY,
)


class Cover(models.TextChoices):
    """The drawn covers in static/img/covers/."""

    BASICS = "basics", "The basics: as many bacteria as cells"
    DEFENCE = "defence", "Defence: viruses above the lining"
    ANTIBIOTICS = "antibiotics", "Antibiotics: a grid with gaps"
    FIBRE = "fibre", "Fibre: strands"
    MIND = "mind", "Mind: the line between gut and brain"
    LABEL = "label", "Label: a bar code"
    TEST = "test", "Test: a sample"
    TRAVEL = "travel", "Travel"
    EARLY = "early", "Early life"
    STAGES = "stages", "Life stages"


class State(models.TextChoices):
    """Where an article stands at an instant. Nothing stores it: it follows from the article's times."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    LIVE = "live", "Live"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


# What `live` asks, for questions in SQL.
LIVE = """
live_revision_id IS NOT NULL AND withdrawn_at IS NULL AND publish_at <= %(now)s
AND (expire_at IS NULL OR expire_at > %(now)s)
"""


class ArticleQuerySet(models.QuerySet):
    def live(self, now):
        """Articles readers may see at an instant: nothing has to run for one to appear or go."""
        return self._shown().filter(Q(expire_at=None) | Q(expire_at__gt=now), publish_at__lte=now)

    def called(self, slug: str):
        """The article at an address, or which readers once found there."""
        return self.filter(Q(slug=slug) | Q(old_addresses__slug=slug))

    def next_change(self, now) -> datetime | None:
        """Return the next instant at which one of these appears or goes by itself, None if none does. One query.

        What was read at `now` is true until then, unless an editor acts.
        """
        appearing = self._shown().filter(publish_at__gt=now).order_by("publish_at").values_list("publish_at")[:1]
        going = self._shown().filter(expire_at__gt=now).order_by("expire_at").values_list("expire_at")[:1]
        return min((at for (at,) in appearing.union(going, all=True)), default=None)

    def _shown(self):
        return self.filter(live_revision__isnull=False, withdrawn_at=None)

    def newest_first(self):
        """For lists: what a card shows, without the long texts of the pages."""
        return self.select_related("live_revision", "topic").defer(*NOT_FOR_LISTS).order_by("-publish_at", "-pk")


class Article(models.Model):
    """An address and a state. Readers are shown `live_revision`; newer revisions are drafts.

    changed_at: the last change that readers should know of, at first the publication.
    withdrawn_at, withdrawal_reason: since when and why readers are told that it is gone.
    """

    slug = models.SlugField(
        max_length=100, unique=True, help_text="The article's address. Once published, it moves by a button of its own."
    )
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="articles")
    cover = models.CharField(max_length=20, choices=Cover)
    live_revision = models.ForeignKey(
        "Revision", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    publish_at = models.DateTimeField(null=True, blank=True, editable=False)
    expire_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawal_reason = models.CharField(max_length=500, blank=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        permissions = [
            ("publish_article", "Can decide what readers see of an article"),
            ("review_article", "Can record that an article was reviewed"),
        ]
        indexes = [
            models.Index(fields=["-publish_at"], name="article_newest"),  # lists and the home page
            models.Index(fields=["expire_at"], name="article_expiring", condition=Q(expire_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="article_cover_known", condition=Q(cover__in=Cover.values)),
            models.CheckConstraint(
                name="article_live_has_time",
                condition=Q(live_revision=None) | Q(publish_at__isnull=False, changed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="article_expires_after_publication",
                condition=Q(expire_at=None) | Q(publish_at=None) | Q(expire_at__gt=F("publish_at")),
            ),
            models.CheckConstraint(
                name="article_withdrawn_with_reason",
                condition=Q(withdrawn_at=None, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
            ),
            models.CheckConstraint(
                name="article_withdrawn_after_publication",
                condition=Q(withdrawn_at=None) | Q(live_revision__isnull=False, withdrawn_at__gte=F("publish_at")),
            ),
        ]

    def __str__(self):
        return self.slug

    def get_absolute_url(self):
        return reverse("articles:detail", args=[self.slug])

    def state(self, now) -> State:
        if self.live_revision_id is None:
            return State.DRAFT
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if self.publish_at > now:
            return State.SCHEDULED
        return State.EXPIRED if self.expire_at is not None and self.expire_at <= now else State.LIVE

    def has_been_shown(self, now) -> bool:
        """Say whether readers have ever been able to see it."""
        return self.state(now) not in (State.DRAFT, State.SCHEDULED)


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
    interests = models.TextField(max_length=600, default=INTERESTS)
    change_note = models.CharField(max_length=200, blank=True)
    is_major = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    content_hash = models.CharField(max_length=64)
    renderer_version = models.PositiveIntegerField(default=0)
    html = models.TextField()
    contents = models.JSONField()
    references_html = models.TextField()
    structured_data = models.JSONField(default=dict)  # what it says, in the words of schema.org: structured_data.py
    word_count = models.PositiveIntegerField()
    text = models.TextField(blank=True, default="")  # the words of the body, a line for each block
    headings = models.TextField(blank=True, default="")  # those of its headings, a line for each
    # Made by PostgreSQL, so that they cannot disagree with the words. What the weights are worth: search.py.
    head_vector = models.GeneratedField(expression=HEAD, output_field=SearchVectorField(), db_persist=True)
    search_vector = models.GeneratedField(
        expression=HEAD + SearchVector("text", weight="D", config=SEARCH_CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    references = models.ManyToManyField(Reference, through="Citation", related_name="cited_in")

    class Meta:
        ordering = ["article", "-number"]
        # Without fastupdate: articles are saved seldom, and no search shall wade through what was put off.
        indexes = [
            GinIndex(fields=["search_vector"], name="revision_search", fastupdate=False),
            GinIndex(NEIGHBOURS, name="revision_phrases", fastupdate=False),
        ]
        constraints = [
            models.UniqueConstraint(name="revision_number_once_an_article", fields=["article", "number"]),
            models.CheckConstraint(name="revision_titled", condition=~Q(title="")),
            models.CheckConstraint(name="revision_states_interests", condition=~Q(interests="")),
            models.CheckConstraint(name="revision_major_says_what", condition=Q(is_major=False) | ~Q(change_note="")),
            models.CheckConstraint(
                name="revision_reviewed_in_order",
                condition=Q(next_review_on=None) | Q(reviewed_on=None) | Q(next_review_on__gt=F("reviewed_on")),
            ),
        ]

    def __str__(self):
        return f"{self.title} (revision {self.number})"

    @property
    def contents_shown(self) -> list:
        """Return the contents list of a revision long enough to need one, else none."""
        return self.contents if len(self.contents) >= CONTENTS_FROM else []

    @property
    def reading_minutes(self):
        return reading_minutes(self.word_count)


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
