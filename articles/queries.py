"""Questions that the pages for readers ask. Articles are live ones only, and each answer is one query."""

from datetime import datetime

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import F, OuterRef, Q, Subquery

from articles.models import LIVE, Article, Person, Publication, Revision, Topic


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


# In SQL, because every page that is made asks it: through the ORM, building the query took longer than answering it and
# than the whole of the page's template.
_READ_NEXT = f"""
WITH live AS NOT MATERIALIZED (
    SELECT id, topic_id, publish_at, live_revision_id FROM articles_article WHERE {LIVE} AND id <> %(article)s
), chosen AS (
    SELECT recommended_id AS id, min(position) AS place
    FROM articles_readnext WHERE article_id = %(article)s GROUP BY recommended_id
), sharing AS (
    SELECT live.id, count(*) AS sources
    FROM articles_citation AS mine JOIN articles_citation AS theirs USING (reference_id)
    JOIN live ON live.live_revision_id = theirs.revision_id
    WHERE mine.revision_id = %(revision)s GROUP BY live.id
), candidates AS (
    -- The first of all articles are among these, so that the archive need not be ranked for each page.
    SELECT id FROM chosen
    UNION SELECT id FROM sharing
    UNION (SELECT id FROM live WHERE topic_id = %(topic)s ORDER BY publish_at DESC, id DESC LIMIT %(count)s)
    UNION (SELECT id FROM live ORDER BY publish_at DESC, id DESC LIMIT %(count)s)
)
SELECT live.id, article.slug, article.cover, topic.id, topic.name, topic.slug, topic.shape,
    revision.id, revision.title, revision.standfirst, revision.reviewed_on, revision.word_count
FROM candidates JOIN live USING (id) LEFT JOIN chosen USING (id) LEFT JOIN sharing USING (id)
JOIN articles_article AS article USING (id)
JOIN articles_topic AS topic ON topic.id = live.topic_id
JOIN articles_revision AS revision ON revision.id = live.live_revision_id
ORDER BY place NULLS LAST, coalesce(sources, 0) DESC, (live.topic_id = %(topic)s) DESC,
    live.publish_at DESC, live.id DESC
LIMIT %(count)s
"""  # noqa: S608 -- LIVE is ours


def read_next(article: Article, count: int, *, now: datetime) -> list[Article]:
    """Return what to read after an article: an editor's choice, then most sources in common, same topic, newest.

    Each with what a card shows of it, its topic and its live revision.
    """
    values = {"article": article.pk, "revision": article.live_revision_id, "topic": article.topic_id}
    with connection.cursor() as cursor:
        cursor.execute(_READ_NEXT, {**values, "count": count, "now": now})
        return [_card(row) for row in cursor]


def _card(row) -> Article:
    """Return a row of _READ_NEXT as the ORM would: what was not read is read when somebody asks for it.

    from_db wants the fields in the order in which their model has them.
    """
    article = Article.from_db(DEFAULT_DB_ALIAS, ("id", "slug", "cover"), row[:3])
    article.topic = Topic.from_db(DEFAULT_DB_ALIAS, ("id", "name", "slug", "shape"), row[3:7])
    shown = ("id", "title", "standfirst", "reviewed_on", "word_count")
    article.live_revision = Revision.from_db(DEFAULT_DB_ALIAS, shown, row[7:])
    return article
