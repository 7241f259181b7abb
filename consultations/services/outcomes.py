"""Record what came of a consultation, follow it up, hear what the client thought of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from articles.models import Article
from consultations import outbox
from consultations.exceptions import NotActive, NotOver
from consultations.models import (
    Booking,
    BookingEvent,
    BookingEventKind,
    BookingStatus,
    EmailKind,
    EmailState,
    FollowUp,
)
from consultations.services.claims import taking_time

FOLLOW_UP_IS_WANTED_FOR = timedelta(days=7)
OUTCOMES = {
    BookingStatus.COMPLETED: BookingEventKind.COMPLETED,
    BookingStatus.NO_SHOW: BookingEventKind.NO_SHOW,
}


def record_outcome(
    booking_id: int,
    outcome: BookingStatus,
    *,
    by,
    notes: str = "",
    articles: Iterable[Article] = (),
    puts_right: bool = True,
    now: datetime,
) -> Booking:
    """Record that a consultation took place or that its client did not come, and return the Booking.

    outcome: COMPLETED or NO_SHOW, else ValueError. by: a user. A client who came is owed a follow-up with the notes and
    articles given here, once; what was recorded by mistake is put right by recording it again. puts_right=False: an
    outcome recorded before stands. Locks the booking. Raises NotOver before the start, or for a booking that was not to
    take place or is erased, NotActive when an outcome has to stand, and Busy.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"{outcome} is no outcome")
    with taking_time():
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
        was_to_be = booking.status in (BookingStatus.CONFIRMED, *OUTCOMES) and booking.redacted_at is None
        if not was_to_be or booking.starts_at > now:
            raise NotOver
        if booking.status in OUTCOMES and not puts_right:
            raise NotActive
        if booking.status == outcome:
            return booking
        booking.status = outcome
        booking.save(update_fields=["status"])
        BookingEvent.objects.create(booking=booking, kind=OUTCOMES[outcome], at=now, actor=by)
        outbox.drop(booking)
        if outcome == BookingStatus.COMPLETED:
            _follow_up(booking, notes, articles, now)
        return booking


def answer_feedback(booking: Booking, was_useful: str, *, now: datetime) -> bool:
    """Store a client's answer to the one question, and return whether it was the first: later ones are not stored."""
    open_question = FollowUp.objects.filter(booking=booking, was_useful="")
    return open_question.update(was_useful=was_useful, answered_at=now) == 1


def _follow_up(booking: Booking, notes: str, articles: Iterable[Article], now: datetime) -> None:
    """Owe the follow-up, and note what it says. One that has left stays what it is, and no other is sent."""
    earlier = booking.emails.filter(kind=EmailKind.FOLLOW_UP)
    if earlier.exclude(state=EmailState.OBSOLETE).exists():  # recorded by mistake, put right, and right after all
        return
    follow_up, _ = FollowUp.objects.update_or_create(
        booking=booking,
        defaults={"shared": {"notes": notes}},  # what was suggested later goes: recorded anew, nothing was yet
        create_defaults={"shared": {"notes": notes}, "created_at": now},
    )
    follow_up.articles.set(articles)
    occasion, not_after = str(earlier.count()), now + FOLLOW_UP_IS_WANTED_FOR
    outbox.owe_once(booking, EmailKind.FOLLOW_UP, occasion, to=booking.client_email, not_after=not_after, now=now)
