"""A client's story: what happened around one booking, in the order of time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from articles.models import Article
from consultations.models import (
    IN_TROUBLE,
    TO_STAFF,
    Booking,
    BookingEventKind,
    EmailState,
    FollowUp,
)

SUGGESTED = 6  # articles for the preparation
MADE = {BookingEventKind.BOOKED, BookingEventKind.REQUESTED}
BAD = {
    BookingEventKind.CANCELLED,
    BookingEventKind.DECLINED,
    BookingEventKind.EXPIRED,
    BookingEventKind.NO_SHOW,
    BookingEventKind.MAIL_BOUNCED,
}


@dataclass(frozen=True)
class Line:
    """One thing that happened. sort: "booking", "mail", "consent", "look" or "client"; is_bad: somebody should look.

    who: in words, or "". email: the outgoing message it is about, if any.
    """

    at: datetime
    sort: str
    what: str
    who: str = ""
    detail: str = ""
    reason: str = ""
    is_bad: bool = False
    email: Any = None


def tell(booking: Booking, *, sorts: Collection[str]) -> list[Line]:
    """Return a booking's story, oldest first, as far as somebody may see it. One query for each sort.

    sorts: which of "mail", "consent" and "look"; what became of the booking and what its client said is always told.
    """
    lines = [*_events(booking), *_answers(booking)]
    for sort, read in {"mail": _mail, "consent": _consents, "look": _looks}.items():
        lines += read(booking) if sort in sorts else []
    return sorted(lines, key=lambda line: line.at)


def to_read(booking: Booking, now: datetime) -> list[Article]:
    """Return live articles about a booking's topic or that of the article it came from; that article first. One query.

    We keep no record of what clients read: this is what they may have read, and what a nutritionist may suggest.
    """
    topics = {booking.topic_id, booking.article and booking.article.topic_id} - {None}
    about = Article.objects.live(now).filter(Q(topic__in=topics) | Q(pk=booking.article_id)).newest_first()
    return sorted(about[: 10 * SUGGESTED], key=lambda article: article.pk != booking.article_id)[:SUGGESTED]


def title_of(article: Article) -> str:
    return article.live_revision.title if article.live_revision is not None else article.slug


def _events(booking):
    for event in booking.events.select_related("actor"):
        detail = event.detail
        if event.kind in MADE and booking.article is not None:
            detail = f"from the article “{title_of(booking.article)}”"
        yield Line(
            event.at,
            "booking",
            event.get_kind_display(),
            who=str(event.actor or ""),
            detail=detail,
            reason=event.reason,
            is_bad=event.kind in BAD,
        )


def _mail(booking):
    for email in booking.emails.all():
        to = "the nutritionist" if email.kind in TO_STAFF else email.to
        at = email.sent_at or email.created_at
        yield Line(
            at,
            "mail",
            email.get_kind_display(),
            detail=f"to {to}: {_became(email)}",
            reason=email.last_error if email.state in IN_TROUBLE else "",
            is_bad=email.state in IN_TROUBLE,
            email=email,
        )


def _became(email):
    if email.state == EmailState.OWED and email.attempts == 0 and email.due_at > email.created_at:
        return "to be sent later"
    return email.get_state_display()


def _consents(booking):
    for consent in booking.consents.select_related("text", "recorded_by"):
        words = f"{consent.get_purpose_display()}, on {consent.get_channel_display()}"
        heard = f", heard by {consent.recorded_by}" if consent.recorded_by else ""
        detail = f"{words}, version {consent.text.version}{heard}"
        yield Line(consent.granted_at, "consent", "consent given", detail=detail)
        if consent.withdrawn_at is not None:
            yield Line(consent.withdrawn_at, "consent", "consent withdrawn", detail=words)


def _looks(booking):
    for look in booking.looks.select_related("by"):
        yield Line(look.at, "look", "answers read", who=str(look.by), reason=look.why)


def _answers(booking):
    # The notes stay encrypted: nothing here reads them.
    for follow_up in FollowUp.objects.filter(booking=booking, answered_at__isnull=False).defer("shared"):
        useful = follow_up.get_was_useful_display()
        yield Line(follow_up.answered_at, "client", "question answered", detail=f"Was it useful? {useful}")
