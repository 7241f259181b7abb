"""Articles and people in the plain values that structured data, feeds and cards are made from."""

from django.conf import settings
from django.urls import reverse

from articles import cards
from articles.models import Article, Person
from articles.structured_data import Described, Somebody


def absolute(path: str) -> str:
    """Return the address of a path for places outside this site."""
    return f"{settings.SITE_URL}{path}"


def card_path(article: Article) -> str:
    """Return where the picture for shared links to a live article is."""
    return reverse("articles:card", args=[article.slug, card_fingerprint(article)])


def card_fingerprint(article: Article) -> str:
    return cards.fingerprint(**card_words(article))


def card_words(article: Article) -> dict[str, str]:
    """Return what a live article's card is drawn from."""
    return {"title": article.live_revision.title, "topic": article.topic.name, "cover": article.cover}


def somebody(person: Person) -> Somebody:
    return Somebody(
        name=person.name,
        url=absolute(person.get_absolute_url()),
        role=person.role,
        credentials=person.credentials,
        register_number=person.register_number,
        bio=person.bio,
    )


def described(article: Article) -> Described:
    """Return a live article (topic, live revision, author and reviewer loaded) in plain values. No query."""
    revision = article.live_revision
    return Described(
        site_url=settings.SITE_URL,
        url=absolute(article.get_absolute_url()),
        title=revision.title,
        image=absolute(card_path(article)),
        published_at=article.publish_at,
        changed_at=article.changed_at,
        reviewed_on=revision.reviewed_on,
        author=somebody(revision.author),
        reviewer=somebody(revision.reviewer),
        articles=("Articles", absolute(reverse("articles:list"))),
        topic=(article.topic.name, absolute(article.topic.get_absolute_url())),
        content=revision.structured_data,
    )
