"""Sample articles, people and references, for a first look at the site."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from articles.models import Article, Cover, Figure, Person, Reference, Topic
from articles.publishing import Content, publish, save_draft

FOLDER = Path(__file__).parent
FLAGSHIP = "gut-microbiome-fighting-viruses"
PUBLISHED_AT = datetime(2026, 11, 9, 8, 0, tzinfo=UTC)


@transaction.atomic
def load() -> int:
    """Write the sample articles, unless there is any article already; return how many were written."""
    if Article.objects.exists():
        return 0
    topics = {row["slug"]: _topic(row) for row in _read("topics.json")}
    people = {
        row["slug"]: Person.objects.get_or_create(slug=row["slug"], defaults=row)[0] for row in _read("people.json")
    }
    references = {
        row["key"]: Reference.objects.get_or_create(key=row["key"], defaults=row)[0] for row in _read("references.json")
    }
    for row in _read("figures.json"):
        drawing, source = (FOLDER / row.pop("drawing_file")).read_text(), references[row.pop("source_key")]
        Figure.objects.get_or_create(key=row["key"], defaults={**row, "drawing": drawing, "source": source})
    article = Article.objects.create(slug=FLAGSHIP, topic=topics["immunity"], cover=Cover.DEFENCE)
    content = Content(
        title="What your gut microbiome has to do with fighting viruses",
        standfirst="A virus that lands in the gut meets mucus, then fast responders, then slow learners. "
        "Bacteria seem to have a say in all three, and the evidence for that is uneven.",
        body=(FOLDER / "flagship.html").read_text(),
        author=people["nell-okafor"],
        reviewer=people["priya-raman"],
        reviewed_on=date(2026, 11, 9),
        next_review_on=date(2027, 11, 9),
    )
    revision = save_draft(article=article, content=content, by=None, now=PUBLISHED_AT)
    publish(revision=revision, now=PUBLISHED_AT)
    return 1


def _topic(row):
    """Return the team's own topic of that address, name or shape, each of which belongs to one; else a new one."""
    same = Topic.objects.filter(slug=row["slug"]) or Topic.objects.filter(Q(name=row["name"]) | Q(shape=row["shape"]))
    return same.first() or Topic.objects.create(**row)


def _read(name):
    return json.loads((FOLDER / name).read_text())
