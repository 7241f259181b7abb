"""Every change to an article that has a rule: save a draft, publish."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from articles import document, rendering
from articles.bibliography import RecordError, format_reference
from articles.drawing import DrawingError, clean_drawing, legend_rows
from articles.models import Article, Citation, Figure, Person, Reference, Revision


class PublishingError(ValueError):
    """Why an article cannot be published, in words for the person who tried."""


@dataclass(frozen=True)
class Content:
    """What a writer gives: everything in a revision that is not derived from it."""

    title: str
    standfirst: str
    body: str
    author: Person
    reviewer: Person | None = None
    reviewed_on: date | None = None
    next_review_on: date | None = None
    change_note: str = ""

    @property
    def fingerprint(self) -> str:
        values = asdict(replace(self, author=self.author.pk, reviewer=self.reviewer and self.reviewer.pk))
        return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


def check_body(body: str) -> None:
    """Raise document.DocumentError when a body cannot be rendered: an unknown element, citation or figure."""
    _render(document.parse(body))


@transaction.atomic
def save_draft(*, article: Article, content: Content, by, now: datetime) -> Revision:
    """Keep the content as the article's newest revision, rendered, and return it.

    Saving what is already the newest revision returns that one. Locks the article. Raises document.DocumentError.
    """
    parsed = document.parse(content.body)
    content = replace(content, body=document.sanitise(content.body))
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    newest = article.revisions.order_by("-number").first()
    if newest is not None and newest.content_hash == content.fingerprint:
        return newest
    rendered = _render(parsed)
    revision = Revision.objects.create(
        article=article,
        number=(article.revisions.aggregate(last=Max("number"))["last"] or 0) + 1,
        **{name: getattr(content, name) for name in Content.__dataclass_fields__},
        created_at=now,
        created_by=by,
        content_hash=content.fingerprint,
        html=rendered.html,
        contents=rendered.contents,
        references_html=rendered.references_html,
        word_count=parsed.word_count,
    )
    references = Reference.objects.in_bulk(rendered.reference_keys, field_name="key")
    Citation.objects.bulk_create(
        Citation(revision=revision, reference=references[key], position=position)
        for position, key in enumerate(rendered.reference_keys, start=1)
    )
    return revision


@transaction.atomic
def publish(*, revision: Revision, now: datetime) -> Article:
    """Show a revision to readers from now on. The first publication sets the article's date.

    Locks the article. Raises PublishingError when nobody has reviewed the revision.
    """
    if revision.reviewer is None or revision.reviewed_on is None:
        raise PublishingError("An article needs a reviewer and the date of the review before readers see it.")
    article = Article.objects.select_for_update(no_key=True).get(pk=revision.article_id)
    article.live_revision = revision
    article.publish_at = article.publish_at or now
    article.save(update_fields=["live_revision", "publish_at"])
    return article


def _render(parsed: document.Document) -> rendering.Rendered:
    """Render with the part of the library that the body uses, so that no other row can stand in the way."""
    reference_keys, figure_keys = (set(model.objects.values_list("key", flat=True)) for model in (Reference, Figure))
    rendering.check_keys(parsed, reference_keys, figure_keys)
    references = Reference.objects.filter(key__in=parsed.cited_keys)
    figures = Figure.objects.filter(key__in=parsed.figure_keys).select_related("source")
    problems, sources, drawings = [], {}, {}
    for rows, prepare, prepared in ((references, _source, sources), (figures, _drawing, drawings)):
        for row in rows:
            try:
                prepared[row.key] = prepare(row)
            except (RecordError, DrawingError) as error:
                name = row._meta.verbose_name
                problems.append(document.Problem(0, "", f"the {name} “{row.key}” cannot be shown: {error}"))
    if problems:
        raise document.DocumentError(problems)
    return rendering.render(parsed, sources, drawings)


def _source(reference: Reference) -> rendering.Source:
    return rendering.Source(
        label=reference.label,
        kind=reference.get_kind_display(),
        html=format_reference(reference.csl),
        doi=reference.doi,
        url=reference.csl.get("URL", ""),
        sample=reference.sample,
        funding=reference.funding,
        summary=reference.summary,
    )


def _drawing(figure: Figure) -> rendering.Drawing:
    return rendering.Drawing(
        svg=clean_drawing(figure.drawing),
        title=figure.title,
        description=figure.description,
        caption=figure.caption,
        note=figure.note,
        legend=legend_rows(figure.legend),
        credit=figure.credit,
        licence=figure.licence,
        source=figure.source.label if figure.source else "",
    )
