"""Where the library is used."""

from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery

from articles.models import Article, Reference, Revision


@dataclass(frozen=True)
class Use:
    """An article that cites a reference: in the revision that is published, in a newer draft, or in both."""

    article: Article
    title: str
    is_published: bool
    is_draft: bool


def uses_of(reference: Reference) -> list[Use]:
    """Return the articles that cite a reference now, by address. Older revisions do not count. Two queries."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    articles = Article.objects.annotate(
        newest=Subquery(newest.values("pk")[:1]), title=Subquery(newest.values("title")[:1])
    )
    citing = set(reference.citations.values_list("revision_id", flat=True))
    rows = articles.filter(Q(live_revision__in=citing) | Q(newest__in=citing)).order_by("slug")
    return [
        Use(
            article=article,
            title=article.title,
            is_published=article.live_revision_id in citing,
            is_draft=article.newest in citing and article.newest != article.live_revision_id,
        )
        for article in rows
    ]
