"""The addresses of articles: each is given once, and leads to its article for ever."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import resolve, reverse

from articles.models import Article, OldAddress
from articles.publishing import PublishingError, lock

# An article's page and some below it: at the address "topics" the first would be free, but not the others.
PAGES = ("articles:detail", "articles:history", "articles:feedback")


def check_address(slug: str, *, article: Article | None = None) -> None:
    """Raise PublishingError, in words for a form, when an article cannot have an address: it is or was another's.

    slug: well-formed. article: the one that asks, None for one to be made.
    """
    if any(resolve(reverse(name, args=[slug])).view_name != name for name in PAGES):
        raise PublishingError(f"“{slug}” is the address of another page of the site.")
    others = Article.objects.exclude(pk=article.pk) if article is not None else Article.objects.all()
    if others.filter(slug=slug).exists():
        raise PublishingError(f"“{slug}” is the address of another article.")
    if OldAddress.objects.filter(slug=slug, article__in=others).exists():
        raise PublishingError(f"“{slug}” was the address of another article, and still leads to it.")


def move_article(*, article: Article, slug: str, now: datetime) -> Article:
    """Give an article another address. Where readers have found it leads to the new one, in one step, for ever.

    Locks the article. Raises PublishingError as `check_address` does.
    """
    try:
        return _move(article, slug, now)
    except IntegrityError as error:  # somebody took the address since it was checked
        raise PublishingError(f"“{slug}” has just been taken by another article.") from error


@transaction.atomic
def _move(article, slug, now):
    article = lock(article.pk)
    check_address(slug, article=article)
    if slug != article.slug:
        if article.has_been_shown(now):
            OldAddress.objects.get_or_create(slug=article.slug, defaults={"article": article, "moved_at": now})
        article.slug = slug
        article.save(update_fields=["slug"])
    return article
