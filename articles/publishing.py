"""Drafts and what becomes of them: save one, show it to readers now or later, render it anew."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse

from articles import document, figure_images, rendering
from articles.bibliography import RecordError, format_reference
from articles.drawing import DrawingError
from articles.models import (
    INTERESTS,
    Article,
    Citation,
    Figure,
    GlossaryTerm,
    Person,
    Publication,
    Reference,
    Revision,
    State,
    TermUse,
    Word,
)
from articles.search_terms import words_in
from articles.structured_data import cited_work, content_node


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
    interests: str = INTERESTS
    change_note: str = ""
    is_major: bool = False

    def repeats(self, revision: Revision) -> bool:
        """Say whether a revision holds this already. A note left empty changes nothing."""
        about_the_change = () if self.change_note else ("change_note", "is_major")
        values = vars(self).items()
        return all(value == getattr(revision, name) for name, value in values if name not in about_the_change)

    @classmethod
    def of(cls, revision: Revision, **overrides) -> "Content":
        """Return what a revision holds."""
        return cls(**{name: getattr(revision, name) for name in cls.__dataclass_fields__} | overrides)


def check_body(body: str) -> None:
    """Raise document.DocumentError when a body cannot be rendered: an unknown element, citation or figure."""
    _render(document.parse(body))


def refuse_if_outdated(*, newest: Revision | None, content: Content, based_on: int) -> None:
    """Raise EditedMeanwhile when the newest revision says something else than number `based_on` (0: none).

    One that only renders anew what that said, or that says what is to be saved, is in nobody's way.
    """
    if newest is None or newest.number == based_on or content.repeats(newest):
        return
    base = Revision.objects.filter(article=newest.article_id, number=based_on).first()
    if base is None or not Content.of(base, change_note="", is_major=False).repeats(newest):
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
    lock(article.pk)
    newest = article.revisions.order_by("-number").first()
    if based_on is not None:
        refuse_if_outdated(newest=newest, content=content, based_on=based_on)
    rendered = _render(parsed, article.slug)
    if newest is not None and newest.content_hash == _fingerprint(content, rendered) and content.repeats(newest):
        return newest
    number = newest.number + 1 if newest is not None else 1
    return _write(article, content, parsed, rendered, number=number, by=by, now=now)


def _write(article, content, parsed, rendered, *, number, by, now) -> Revision:
    references = Reference.objects.in_bulk(rendered.reference_keys, field_name="key")
    cited_works = [cited_work(references[key].csl, doi=references[key].doi) for key in rendered.reference_keys]
    revision = Revision.objects.create(
        article=article,
        number=number,
        **vars(content),
        created_at=now,
        created_by=by,
        content_hash=_fingerprint(content, rendered),
        renderer_version=rendering.VERSION,
        html=rendered.html,
        contents=rendered.contents,
        references_html=rendered.references_html,
        structured_data=content_node(
            content.title, content.standfirst, word_count=parsed.word_count, cited_works=cited_works
        ),
        word_count=parsed.word_count,
        text=parsed.text,
        headings="\n".join(heading.text for _, heading in parsed.elements("h2", "h3")),
    )
    Word.objects.remember(words_in(f"{content.title} {content.standfirst} {parsed.text}"))
    Citation.objects.bulk_create(
        Citation(revision=revision, reference=references[key], position=position)
        for position, key in enumerate(rendered.reference_keys, start=1)
    )
    figure_images.record_uses(revision, parsed.figure_keys)
    terms = GlossaryTerm.objects.filter(key__in=parsed.term_keys)
    TermUse.objects.bulk_create(TermUse(revision=revision, term=term) for term in terms)
    return revision


def _fingerprint(content: Content, rendered: rendering.Rendered) -> str:
    """Return a hash of what was given, but for what is said of the change, and of what readers get."""
    people = {"author": content.author.pk, "reviewer": content.reviewer and content.reviewer.pk}
    made = {"rendered": asdict(rendered), "renderer_version": rendering.VERSION}
    values = vars(content) | people | made | {"change_note": "", "is_major": False}
    return hashlib.sha256(json.dumps(values, default=str, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def restore_revision(*, revision: Revision, by, now: datetime) -> Revision:
    """Make what an earlier revision says the article's newest draft, and return that. Readers see it when published.

    Locks the article. Raises document.DocumentError when the library has lost what the revision uses.
    """
    content = Content.of(revision, change_note="", is_major=False)
    return save_draft(article=revision.article, content=content, by=by, now=now)


@transaction.atomic
def record_review(
    *, revision: Revision, reviewer: Person, reviewed_on: date, next_review_on: date | None, by, now: datetime
) -> Revision:
    """Make the newest draft say who reviewed a revision and when. Its words and what is said of the change stay.

    Locks the article. Raises PublishingError for the author, and EditedMeanwhile when the revision is not what the
    newest one says.
    """
    if reviewer == revision.author:
        raise PublishingError("Somebody other than the author has to review an article.")
    review = {"reviewer": reviewer, "reviewed_on": reviewed_on, "next_review_on": next_review_on}
    content = Content.of(revision, **review)
    return save_draft(article=revision.article, content=content, by=by, now=now, based_on=revision.number)


@transaction.atomic
def publish(*, revision: Revision, now: datetime) -> Article:
    """Show a revision to readers from now on. The first publication sets the article's date.

    A major change sets `changed_at` and stands in the article's history; an end that has passed is forgotten.
    Locks the article. Raises PublishingError when nobody but its author has reviewed the revision, it is empty, images
    of its figures are not ready, or the article is withdrawn.
    """
    _check_publishable(revision)
    article = lock(revision.article_id)
    state = article.state(now)
    if state == State.WITHDRAWN:
        raise PublishingError("This article is withdrawn. Bring it back first.")
    if state == State.LIVE and article.live_revision_id == revision.pk:
        return article
    is_first = not article.has_been_shown(now)
    if is_first:
        article.publish_at = article.changed_at = now
    elif revision.is_major and article.live_revision_id != revision.pk:
        article.changed_at = now
    if state == State.EXPIRED:
        article.expire_at = None
    return _show(article, revision, at=now, now=now)


@transaction.atomic
def schedule(*, revision: Revision, at: datetime, now: datetime) -> Article:
    """Show a revision to readers from a later time on; called again, from another time. Nothing has to run then.

    Only for the first publication: what readers see is exchanged at once, by `publish`.
    Locks the article. Raises PublishingError as `publish` does, for a time that has passed or is not before the
    article's end, and for an article that readers have seen.
    """
    _check_publishable(revision)
    article = lock(revision.article_id)
    if article.has_been_shown(now):
        raise PublishingError("Readers have seen this article. A change to it is published at once, not scheduled.")
    if at <= now:
        raise PublishingError("That time has passed. Choose a later one, or publish now.")
    if article.expire_at is not None and article.expire_at <= at:
        raise PublishingError("The article would end before it appears. Change its end first.")
    article.publish_at = article.changed_at = at
    return _show(article, revision, at=at, now=now)


def rerender(article: Article, *, now: datetime, is_dry_run: bool = False) -> list[Revision]:
    """Write anew what the renderer or the library would show differently today; return the new revisions.

    What readers are or will be shown is exchanged in place, as a minor change with its reviewer and dates. A newer
    draft stays the newest. Returns an empty list when nothing is out of date, so running it twice is safe.
    is_dry_run: write nothing and return the outdated revisions. Locks the article. Raises document.DocumentError.
    """
    with transaction.atomic():
        article = lock(article.pk)
        newest, live = article.revisions.first(), article.live_revision
        is_live_outdated = live is not None and _is_outdated(live)
        has_draft = newest is not None and newest != live
        renews_draft = has_draft and (is_live_outdated or _is_outdated(newest))
        outdated = [live] * is_live_outdated + [newest] * renews_draft
        if is_dry_run or not outdated:
            return outdated
        renewed = []
        if is_live_outdated:
            content = Content.of(live, change_note="", is_major=False)
            renewed.append(_write_anew(article, content, number=newest.number + 1, now=now))
            _show(article, renewed[0], at=max(now, article.publish_at), now=now)
        if renews_draft:
            number = newest.number + 1 + is_live_outdated
            renewed.append(_write_anew(article, Content.of(newest), number=number, now=now))
        return renewed


def lock(article_pk: int) -> Article:
    """Return the article as it is now, and keep others from changing it until the transaction ends."""
    return Article.objects.select_for_update(no_key=True).get(pk=article_pk)


def _check_publishable(revision):
    if revision.reviewer is None or revision.reviewed_on is None:
        raise PublishingError("An article needs a reviewer and the date of the review before readers see it.")
    if revision.reviewer == revision.author:
        raise PublishingError("Somebody other than the author has to review an article.")
    if not revision.word_count:
        raise PublishingError("An article without words cannot be shown to readers.")
    if why := figure_images.why_not_ready(revision):
        raise PublishingError(why)


def _show(article, revision, *, at, now) -> Article:
    """Point a locked article at a revision, from an instant on instead of anything that was to come."""
    article.live_revision = revision
    article.save(update_fields=["live_revision", "publish_at", "changed_at", "expire_at"])
    Publication.objects.of(article).filter(at__gt=now).delete()
    Publication.objects.create(revision=revision, at=at)
    return article


def _is_outdated(revision) -> bool:
    content = Content.of(revision)
    rendered = _render(document.parse(content.body), revision.article.slug)
    return _fingerprint(content, rendered) != revision.content_hash


def _write_anew(article, content, *, number, now) -> Revision:
    parsed = document.parse(content.body)
    return _write(article, content, parsed, _render(parsed, article.slug), number=number, by=None, now=now)


def _render(parsed: document.Document, slug: str = "") -> rendering.Rendered:
    """Render with the part of the library that the body uses, so that no other row can stand in the way."""
    known = (set(model.objects.values_list("key", flat=True)) for model in (Reference, Figure, GlossaryTerm))
    rendering.check_keys(parsed, *known)
    references = Reference.objects.filter(key__in=parsed.cited_keys)
    figures = Figure.objects.filter(key__in=parsed.figure_keys).select_related("source", "image")
    problems, sources, illustrations = [], {}, {}
    for rows, prepare, prepared in (
        (references, _source, sources),
        (figures, figure_images.illustration, illustrations),
    ):
        for row in rows:
            try:
                prepared[row.key] = prepare(row)
            except (RecordError, DrawingError) as error:
                name = row._meta.verbose_name
                problems.append(document.Problem(0, "", f"the {name} “{row.key}” cannot be shown: {error}"))
    if problems:
        raise document.DocumentError(problems)
    terms = {term.key: _term(term) for term in GlossaryTerm.objects.filter(key__in=parsed.term_keys)}
    invitation_url = f"{reverse('consultations:index')}?from={slug}"
    return rendering.render(parsed, sources, illustrations, terms, invitation_url=invitation_url)


def _term(term: GlossaryTerm) -> rendering.Term:
    return rendering.Term(name=term.name, definition=term.definition, url=term.get_absolute_url())


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
        pmid=reference.pmid,
        retraction=reference.retraction_state,
        notice_doi=reference.notice_doi,
    )
