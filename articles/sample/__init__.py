"""Sample articles, people and references, for a first look at the site.

Each folder is one article, named as its address: article.json, body.html, and figures.json with its drawings. People,
topics, references and the glossary are shared. A further article is a further folder.
"""

import json
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from articles.models import Article, Figure, GlossaryTerm, Person, Reference, Topic
from articles.publishing import Content, publish, save_draft

FOLDER = Path(__file__).parent
ARTICLES = sorted(path.parent for path in FOLDER.glob("*/article.json"))


def missing() -> list[Path]:
    """Return the folders of the articles to be written: none once the team has an article of its own."""
    slugs = set(Article.objects.values_list("slug", flat=True))
    if slugs - {folder.name for folder in ARTICLES}:
        return []
    return [folder for folder in ARTICLES if folder.name not in slugs]


@transaction.atomic
def load() -> int:
    """Write and publish the sample articles that are missing; return how many were written."""
    folders = missing()
    if not folders:
        return 0
    topics = {row["slug"]: _topic(row) for row in _read(FOLDER / "topics.json")}
    people = _library(Person, "slug", _read(FOLDER / "people.json"))
    references = _library(Reference, "key", _read(FOLDER / "references.json"))
    _library(GlossaryTerm, "key", _read(FOLDER / "glossary.json"))
    for folder in folders:
        _load_figures(folder, references)
        _load_article(folder, topics, people)
    return len(folders)


def _load_figures(folder, references):
    rows = _read(folder / "figures.json")
    for row in rows:
        row["drawing"] = (folder / row.pop("drawing_file")).read_text()
        row["source"] = references[row.pop("source_key")]
    _library(Figure, "key", rows)


def _load_article(folder, topics, people):
    row = _read(folder / "article.json")
    published_at = datetime.fromisoformat(row["published_at"])
    article = Article.objects.create(slug=folder.name, topic=topics[row["topic"]], cover=row["cover"])
    content = Content(
        title=row["title"],
        standfirst=row["standfirst"],
        body=(folder / "body.html").read_text(),
        author=people[row["author"]],
        reviewer=people[row["reviewer"]],
        reviewed_on=date.fromisoformat(row["reviewed_on"]),
        next_review_on=date.fromisoformat(row["next_review_on"]),
    )
    revision = save_draft(article=article, content=content, by=None, now=published_at)
    publish(revision=revision, now=published_at)


def _library(model, key, rows):
    """Return the rows by their key. What is there already stays as it is."""
    return {row[key]: model.objects.get_or_create(**{key: row[key]}, defaults=row)[0] for row in rows}


def _topic(row):
    """Return the team's own topic of that address, name or shape, each of which belongs to one; else a new one."""
    same = Topic.objects.filter(slug=row["slug"]) or Topic.objects.filter(Q(name=row["name"]) | Q(shape=row["shape"]))
    return same.first() or Topic.objects.create(**row)


def _read(path):
    return json.loads(path.read_text())
