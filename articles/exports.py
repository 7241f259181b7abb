"""Articles and what they cite, as records that reference managers read."""

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
    return Record(csl=_csl(article, revision), key=article.slug)


def harvard_of(article: Article, revision: Revision) -> str:
    """Return how an article is cited in Harvard style, as safe HTML. `revision` brings its author; no query then."""
    return format_harvard(_csl(article, revision))


def _csl(article, revision) -> dict:
    """Return an article as CSL-JSON, dated when it was published where its readers are."""
    given, _, family = revision.author.name.rpartition(" ")
    csl = {
        "type": "webpage",
        "title": revision.title,
        "author": [{"family": family, "given": given} if given else {"literal": family}],
        "publisher": PUBLISHER,
        "URL": f"{settings.SITE_URL}{article.get_absolute_url()}",
    }
    if article.publish_at is not None:
        day = timezone.localdate(article.publish_at)
        csl["issued"] = {"date-parts": [[day.year, day.month, day.day]]}
    return csl


def _record(reference: Reference) -> Record:
    notice = NOTICES.get(reference.retraction_state, "")
    if notice and reference.notice_doi:
        notice += f" https://doi.org/{reference.notice_doi}"
    return Record(csl=reference.csl, key=reference.key, doi=reference.doi, pmid=reference.pmid, note=notice)
