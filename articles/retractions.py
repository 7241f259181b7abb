"""Keep watch over the library: ask Crossref what became of each source."""

from dataclasses import dataclass
from datetime import datetime

from articles import crossref
from articles.models import Reference, RetractionState


@dataclass(frozen=True)
class Check:
    """What a check found. state: what the source is now known as; is_news: that it was not known as that before."""

    state: RetractionState
    is_news: bool


def check(reference: Reference, *, now: datetime, is_dry_run: bool = False) -> Check:
    """Ask Crossref about a reference with a DOI, and keep the answer with the time.

    A state is never made milder: an editor may know what Crossref does not. is_dry_run: writes nothing.
    May take some 20 seconds. Raises crossref.CrossrefError.
    """
    found, notice_doi = crossref.look_up_state(reference.doi)
    known = RetractionState(reference.retraction_state)
    is_news = found.is_graver_than(known)
    if not is_dry_run:
        changes = {"checked_at": now}
        if is_news or (found == known and notice_doi and not reference.notice_doi):
            changes |= {"retraction_state": found, "notice_doi": notice_doi}
        # Only if it still is what was asked about: an editor may have corrected the DOI or the state meanwhile.
        Reference.objects.filter(pk=reference.pk, doi=reference.doi, retraction_state=known).update(**changes)
    return Check(state=found if is_news else known, is_news=is_news)
