"""Articles and what they are made with; a test overrides what it is about."""

import itertools
from datetime import UTC, date, datetime

from articles.figure_images import keep_upload
from articles.models import (
    Article,
    Cover,
    Figure,
    FigureImage,
    FigureKind,
    GlossaryTerm,
    Person,
    Reference,
    Shape,
    StudyKind,
    Topic,
)
from articles.publishing import Content, publish, save_draft
from tests.articles.pictures import make_upload

_numbers = itertools.count(1)

# Past on every machine: what is published now is live when a view looks at the real clock.
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" /></svg>'


def make_csl(**overrides):
    """A journal article, as CSL-JSON; a field given as None is left out."""
    values = {
        "type": "article-journal",
        "title": "Mucus and microbes",
        "author": [{"family": "Harper", "given": "A."}, {"family": "Day", "given": "R."}],
        "container-title": "Gut",
        "issued": {"date-parts": [[2021]]},
        "volume": "70",
        "issue": "4",
        "page": "698-706",
    }
    return {name: value for name, value in {**values, **overrides}.items() if value is not None}


def make_topic(**overrides):
    """The topic Immunity, or another; each shape belongs to one topic."""
    values = {"slug": "immunity", "name": "Immunity", "shape": Shape.Y, **overrides}
    return Topic.objects.get_or_create(slug=values["slug"], defaults=values)[0]


def make_person(**overrides):
    number = next(_numbers)
    values = {"name": f"Nell Sample {number}", "slug": f"nell-{number}", "role": "Science writer"}
    return Person.objects.create(**{**values, **overrides})


def make_reference(key="harper2021", **overrides):
    values = {"csl": make_csl(), "kind": StudyKind.REVIEW}
    return Reference.objects.create(key=key, **{**values, **overrides})


def make_figure(key="lining", **overrides):
    values = {
        "alt": "A cell",
        "description": "One round cell.",
        "drawing": SVG,
        "caption": "Cells are round.",
        "credit": "Drawn by Probio7",
        "licence": "CC BY 4.0",
    }
    return Figure.objects.create(key=key, **{**values, **overrides})


def make_image(content: bytes | None = None) -> FigureImage:
    """An uploaded image whose files are not made yet."""
    return keep_upload(make_upload(content), now=NOW)


def make_photo(key="cell", **overrides):
    """A figure of an uploaded image."""
    values = {"kind": FigureKind.PHOTO, "drawing": "", "description": "", **overrides}
    return make_figure(key, **{"image": values.get("image") or make_image(), **values})


def make_term(key="mucus", **overrides):
    return GlossaryTerm.objects.create(key=key, **{"name": key, "definition": f"What {key} is.", **overrides})


def make_content(**overrides):
    """Content that may be published: written by one person and reviewed by another."""
    values = {"title": "Mucus", "standfirst": "Why it is sticky.", "body": "<p>Mucus is sticky.</p>"}
    people = {name: make_person() for name in ("author", "reviewer") if name not in overrides}
    return Content(**{**values, **people, "reviewed_on": date(2026, 1, 5), **overrides})


def make_article(**overrides):
    """An article nobody has written anything for."""
    values = {"slug": f"article-{next(_numbers)}", "cover": Cover.DEFENCE}
    return Article.objects.create(**{**values, "topic": overrides.pop("topic", None) or make_topic(), **overrides})


def make_draft(article=None, *, by=None, now=NOW, **content):
    """A revision, saved through the one door there is."""
    return save_draft(article=article or make_article(), content=make_content(**content), by=by, now=now)


def make_live_article(*, slug=None, publish_at=NOW, expire_at=None, **content):
    """An article that was published, with the times it is shown from and until."""
    article = publish(revision=make_draft(make_article(**({"slug": slug} if slug else {})), **content), now=NOW)
    article.publish_at = article.changed_at = publish_at
    article.expire_at = expire_at
    article.save(update_fields=["publish_at", "changed_at", "expire_at"])
    return article
