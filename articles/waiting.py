"""What waits for an editor: named sets of articles, references and figures, and how many there are of each."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.utils import timezone

from articles.models import Article, Citation, Figure, ImageState, Reference, RetractionState, Revision


def due_for_review(now: datetime) -> QuerySet:
    """Return live articles whose day of the next review has come."""
    return Article.objects.live(now).filter(live_revision__next_review_on__lte=timezone.localdate(now))


def drafts_to_review(now: datetime) -> QuerySet:
    """Return articles, but withdrawn ones, whose newest revision nobody has reviewed and readers do not see."""
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
    is_unreviewed = Q(reviewer=None) | Q(reviewed_on=None)
    return (
        Article.objects.filter(withdrawn_at=None)
        .annotate(newest=Subquery(newest.values("pk")[:1]))
        .filter(Exists(Revision.objects.filter(is_unreviewed, pk=OuterRef("newest"))))
        .filter(Q(live_revision=None) | ~Q(live_revision=F("newest")))
    )


def retracted_but_cited(now: datetime) -> QuerySet:
    """Return retracted references that a live article still cites."""
    live = Article.objects.live(now).values("live_revision")
    is_cited = Exists(Citation.objects.filter(reference=OuterRef("pk"), revision__in=live))
    return Reference.objects.filter(is_cited, retraction_state=RetractionState.RETRACTED)


def figures_without_files(now: datetime) -> QuerySet:
    """Return figures whose images readers cannot be shown: not made yet, or they could not be made."""
    return Figure.objects.filter(image__isnull=False).exclude(image__state=ImageState.READY)


SETS = {
    "review": due_for_review,
    "draft": drafts_to_review,
    "retracted": retracted_but_cited,
    "figure": figures_without_files,
}


def count(names: Iterable[str], now: datetime) -> dict[str, int]:
    """Return how many there are of each set named, without those of which there are none. One query."""
    counts = [
        SETS[name](now).order_by().annotate(name=Value(name)).values("name").annotate(count=Count("pk"))
        for name in names
    ]
    rows = counts[0].union(*counts[1:], all=True).values_list("name", "count") if counts else []
    return {name: number for name, number in rows if number}
