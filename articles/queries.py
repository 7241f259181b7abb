"""Questions that the pages for readers ask. Articles are live ones only, and each answer is one query."""

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from articles.models import Article, Citation, Person, ReadNext, Topic


def topics(now: datetime):
    """Topics with something to read: the others are nobody's business yet."""
    return Topic.objects.filter(Exists(Article.objects.live(now).filter(topic=OuterRef("pk"))))


def people(now: datetime):
    """Those who wrote or reviewed something that can be read."""
    is_theirs = Q(live_revision__author=OuterRef("pk")) | Q(live_revision__reviewer=OuterRef("pk"))
    return Person.objects.filter(Exists(Article.objects.live(now).filter(is_theirs)))


def of_person(person: Person, now: datetime):
    """Return what a person wrote or reviewed, newest first."""
    is_theirs = Q(live_revision__author=person) | Q(live_revision__reviewer=person)
    return Article.objects.live(now).newest_first().filter(is_theirs)


def changed(now: datetime):
    """Articles whose shown version says what was put right or added since they appeared, the latest change first."""
    return (
        Article.objects.live(now)
        .newest_first()
        .filter(live_revision__is_major=True, changed_at__gt=F("publish_at"))
        .exclude(live_revision__change_note="")
        .order_by("-changed_at", "-pk")
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
