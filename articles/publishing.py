"""Every change to an article that has a rule: save a draft, publish."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction

from articles import document, rendering
from articles.bibliography import RecordError, format_reference
from articles.drawing import DrawingError, clean_drawing, legend_rows
from articles.models import Article, Citation, Figure, Person, Reference, Revision, Word
from articles.search_terms import words_in


class PublishingError(ValueError):
    """Why an article cannot be published, in words for the person who tried."""


class EditedMeanwhile(PublishingError):
    """Somebody else saved other content after this one was begun."""


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

    def repeats(self, revision: Revision) -> bool:
        """Say whether a revision holds this already. A note left empty changes nothing."""
        values = vars(self).items()
        return all(value == getattr(revision, name) for name, value in values if value or name != "change_note")


def check_body(body: str) -> None:
    """Raise document.DocumentError when a body cannot be rendered: an unknown element, citation or figure."""
    _render(document.parse(body))


def refuse_if_outdated(*, newest: Revision | None, content: Content, based_on: int) -> None:
    """Raise EditedMeanwhile when the newest revision is not number `based_on` (0: none) and says something else."""
    if newest is not None and newest.number != based_on and not content.repeats(newest):
        raise EditedMeanwhile(
            f"{newest.created_by or 'Somebody'} saved revision {newest.number} while you were writing, so yours is "
            "not saved. Copy what you typed, open the article again and put it in there."
        )


@transaction.atomic
def save_draft(*, article: Article, content: Content, by, now: datetime, based_on: int | None = None) -> Revision:
    """Keep the content as the article's newest revision, rendered, and return it.

    Saving what the newest revision says and shows returns that one; a reference or figure corrected since then makes
    a new one. based_on: number of the revision the writer started from, 0 for none; None does not look.
    Locks the article. Raises document.DocumentError, and EditedMeanwhile.
    """
    parsed = document.parse(content.body)
    content = replace(content, body=document.sanitise(content.body))
    Article.objects.select_for_update(no_key=True).get(pk=article.pk)
    newest = article.revisions.order_by("-number").first()
    if based_on is not None:
        refuse_if_outdated(newest=newest, content=content, based_on=based_on)
    rendered = _render(parsed)
    content_hash = _fingerprint(content, rendered)
    if newest is not None and newest.content_hash == content_hash and content.repeats(newest):
        return newest
    revision = Revision.objects.create(
        article=article,
        number=newest.number + 1 if newest is not None else 1,
        **vars(content),
        created_at=now,
        created_by=by,
        content_hash=content_hash,
        html=rendered.html,
        contents=rendered.contents,
        references_html=rendered.references_html,
        word_count=parsed.word_count,
        text=parsed.text,
        headings="\n".join(heading.text for _, heading in parsed.elements("h2", "h3")),
    )
    Word.objects.remember(words_in(f"{content.title} {content.standfirst} {parsed.text}"))
    references = Reference.objects.in_bulk(rendered.reference_keys, field_name="key")
    Citation.objects.bulk_create(
        Citation(revision=revision, reference=references[key], position=position)
        for position, key in enumerate(rendered.reference_keys, start=1)
    )
    return revision


def _fingerprint(content: Content, rendered: rendering.Rendered) -> str:
    """Return a hash of what was given, but for the note, and of what readers get."""
    people = {"author": content.author.pk, "reviewer": content.reviewer and content.reviewer.pk}
    values = vars(content) | people | {"change_note": "", "rendered": asdict(rendered)}
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def publish(*, revision: Revision, now: datetime) -> Article:
    """Show a revision to readers from now on. The first publication sets the article's date.

    Locks the article. Raises PublishingError when nobody but its author has reviewed the revision, or it is empty.
    """
    if revision.reviewer is None or revision.reviewed_on is None:
        raise PublishingError("An article needs a reviewer and the date of the review before readers see it.")
    if revision.reviewer == revision.author:
        raise PublishingError("Somebody other than the author has to review an article.")
    if not revision.word_count:
        raise PublishingError("An article without words cannot be shown to readers.")
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
