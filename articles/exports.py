"""Articles and what they cite, as records that reference managers read."""

from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from articles.bibliography import format_harvard
from articles.models import Article, Reference, Revision
from articles.records import Record
from articles.reference_html import NOTICES

PUBLISHER = "Probio7"


def references_of(revision: Revision) -> list[Record]:
    """Return what a revision cites, in the order of its list. One query."""
    citations = revision.citations.select_related("reference").order_by("position")
    return [_record(citation.reference) for citation in citations]


def record_of(article: Article, revision: Revision) -> Record:
    """Return an article as one source. `revision` brings its author; no query then."""
    year_month_day = _date(article)
    return Record(csl=_csl(revision.title, revision.author.name, year_month_day, _address(article)), key=article.slug)


def harvard_of(article: Article, revision: Revision) -> str:
    """Return how an article is cited in Harvard style, as safe HTML. `revision` brings its author; no query then."""
    return _harvard(revision.title, revision.author.name, _date(article), _address(article))


@lru_cache(maxsize=1024)  # the processor takes milliseconds, which a page that is not cached would wait for
def _harvard(*fields) -> str:
    return format_harvard(_csl(*fields))


def _csl(title, name, date, address) -> dict:
    given, _, family = name.rpartition(" ")
    author = {"family": family, "given": given} if given else {"literal": family}
    csl = {"type": "webpage", "title": title, "author": [author], "publisher": PUBLISHER, "URL": address}
    return csl | ({"issued": {"date-parts": [list(date)]}} if date else {})


def _date(article) -> tuple[int, ...]:
    """Return the year, month and day of an article's publication, where its readers are; () before it."""
    if article.publish_at is None:
        return ()
    day = timezone.localdate(article.publish_at)
    return day.year, day.month, day.day


def _address(article):
    return f"{settings.SITE_URL}{article.get_absolute_url()}"


def _record(reference: Reference) -> Record:
    notice = NOTICES.get(reference.retraction_state, "")
    if notice and reference.notice_doi:
        notice += f" https://doi.org/{reference.notice_doi}"
    return Record(csl=reference.csl, key=reference.key, doi=reference.doi, pmid=reference.pmid, note=notice)
