"""Questions that the pages for readers ask. Articles are live ones only, and each answer is one query."""

from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from articles.models import Article, Citation, Person, Publication, ReadNext, Topic


def topics(now: datetime):
    """Topics with something to read: the others are nobody's business yet. changed_at: the latest of its articles."""
    return _with_articles(Topic.objects, Q(topic=OuterRef("pk")), now)


def people(now: datetime):
    """Those who wrote or reviewed something that can be read. With changed_at, the latest of their articles."""
    is_theirs = Q(live_revision__author=OuterRef("pk")) | Q(live_revision__reviewer=OuterRef("pk"))
    return _with_articles(Person.objects, is_theirs, now)


def _with_articles(rows, is_theirs: Q, now):
    changed = Article.objects.live(now).filter(is_theirs).order_by("-changed_at").values("changed_at")
    return rows.annotate(changed_at=Subquery(changed[:1])).filter(changed_at__isnull=False)


def of_person(person: Person, now: datetime):
    """Return what a person wrote or reviewed, newest first."""
    is_theirs = Q(live_revision__author=person) | Q(live_revision__reviewer=person)
    return Article.objects.live(now).newest_first().filter(is_theirs)


def changes(now: datetime):
    """Publications that changed what a live article says, since it appeared, in words; the latest first."""
    return (
        Publication.objects.filter(
            revision__article__in=Article.objects.live(now),
            revision__is_major=True,
            at__lte=now,
            at__gt=F("revision__article__publish_at"),
        )
        .exclude(revision__change_note="")
        .select_related("revision__article__live_revision")
        .only(
            *("at", "revision__change_note", "revision__article__slug"),
            "revision__article__live_revision__title",
        )
        .order_by("-at", "-pk")
    )


def read_next(article: Article, count: int, *, now: datetime):
    """Return what to read after an article: an editor's choice, then most sources in common, same topic, newest."""
    chosen = ReadNext.objects.filter(article=article, recommended=OuterRef("pk")).values("position")[:1]
    sources = Citation.objects.filter(revision=article.live_revision_id).values("reference")
    shared = (
        Citation.objects.filter(revision=OuterRef("live_revision"), reference__in=sources)
        .order_by()
        .values("revision")
        .annotate(count=Count("pk"))
        .values("count")
    )
    others = Article.objects.live(now).exclude(pk=article.pk)
    newest = others.order_by("-publish_at", "-pk").values("pk")
    # The first `count` of all articles are among these, so that the archive need not be ranked for each page.
    candidates = ReadNext.objects.filter(article=article).values("recommended_id")
    candidates = candidates.union(
        others.filter(live_revision__citations__reference__in=sources).values("pk"),
        newest.filter(topic=article.topic_id)[:count],
        newest[:count],
    )
    return (
        others.newest_first()
        .filter(pk__in=candidates)
        .annotate(
            chosen=Subquery(chosen),
            shared=Coalesce(Subquery(shared), 0),
            is_same_topic=Q(topic=article.topic_id),
        )
        .order_by(F("chosen").asc(nulls_last=True), "-shared", "-is_same_topic", "-publish_at", "-pk")[:count]
    )
