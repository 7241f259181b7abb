"""Write to a client again: a message they have had, or articles after the consultation."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from articles.models import Article
from consultations import outbox
from consultations.exceptions import NotActive, NotSendable
from consultations.models import (
    UNSENT,
    Booking,
    BookingEvent,
    BookingEventKind,
    BookingStatus,
    EmailKind,
    FollowUp,
)
from consultations.services.claims import taking_time

# What a booking that stands so has to say. Composed anew, each says what is true now.
SAYS = {
    BookingStatus.REQUESTED: [EmailKind.REQUESTED],
    BookingStatus.CONFIRMED: [EmailKind.BOOKED],
    BookingStatus.COMPLETED: [EmailKind.FOLLOW_UP, EmailKind.READING],
    BookingStatus.CANCELLED_BY_CLIENT: [EmailKind.CANCELLED],
    BookingStatus.CANCELLED_BY_TEAM: [EmailKind.CANCELLED],
    BookingStatus.DECLINED: [EmailKind.DECLINED],
    BookingStatus.EXPIRED: [EmailKind.EXPIRED],
}
AGAIN_A_DAY = 3
BETWEEN = timedelta(minutes=5)
IS_WANTED_FOR = timedelta(days=7)


def sendable_again(booking: Booking, *, now: datetime) -> list[EmailKind]:
    """Return the messages to the client that are true of a booking as it stands, none for one that is erased.

    Of a booking to come until it begins. Two queries for one that took place, else none.
    """
    if booking.redacted_at is not None or (booking.is_active and booking.starts_at <= now):
        return []
    kinds = SAYS.get(booking.status, [])
    if booking.status == BookingStatus.COMPLETED:
        follow_up = FollowUp.objects.filter(booking=booking).defer("shared").first()
        has = {EmailKind.FOLLOW_UP: follow_up is not None}
        has[EmailKind.READING] = follow_up is not None and follow_up.reading.live(now).exists()
        kinds = [kind for kind in kinds if has[kind]]
    return kinds


def send_once_more(booking_id: int, kind: EmailKind, *, by, now: datetime) -> Booking:
    """Owe the client a message again, to the address they have now, and write down who asked. by: a user.

    Locks the booking. Raises NotSendable when it is not true of the booking, is on its way, has just left, or enough
    was sent again within a day; and Busy.
    """
    with taking_time():
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
        if kind not in sendable_again(booking, now=now):
            raise NotSendable("what it says is not true of the booking any more")
        _refuse_haste(booking, kind, now)
        earlier = booking.events.filter(kind=BookingEventKind.MAIL_RESENT)
        if earlier.filter(at__gt=now - timedelta(days=1)).count() >= AGAIN_A_DAY:
            raise NotSendable(f"{AGAIN_A_DAY} messages were sent to this client again within a day")
        occasion = f"again:{earlier.count()}"
        _note(booking, BookingEventKind.MAIL_RESENT, by, now, detail=EmailKind(kind).label)
        not_after = booking.starts_at if booking.is_active else now + IS_WANTED_FOR
        outbox.owe_once(booking, kind, occasion, to=booking.client_email, not_after=not_after, now=now)
        return booking


def suggest_articles(
    booking_id: int, articles: Iterable[Article], *, words: str = "", again: bool = False, by, now: datetime
) -> Booking:
    """Owe a client whose consultation took place a message with articles to read, and words beside them.

    Once for a booking, unless `again`; what was suggested before is replaced. by: a user. Locks the booking. Raises
    NotActive for one that did not take place or is erased, NotSendable when no article is live, when it was sent before
    or has not left yet, and Busy.
    """
    live = list(Article.objects.live(now).filter(pk__in=[article.pk for article in articles]).newest_first())
    if not live:
        raise NotSendable("none of these articles is published any more")
    with taking_time():
        booking = Booking.objects.select_for_update(no_key=True).get(pk=booking_id)
        if booking.status != BookingStatus.COMPLETED or booking.redacted_at is not None:
            raise NotActive
        earlier = booking.events.filter(kind=BookingEventKind.READING_SENT).count()
        if earlier and not again:
            raise NotSendable("articles were sent to this client before, perhaps by a colleague just now")
        _refuse_haste(booking, EmailKind.READING, now)
        follow_up, _ = FollowUp.objects.get_or_create(booking=booking, defaults={"created_at": now})
        follow_up.shared = {**follow_up.shared, "reading": words}
        follow_up.save(update_fields=["shared"])
        follow_up.reading.set(live)
        titles = "; ".join(article.live_revision.title for article in live)
        _note(booking, BookingEventKind.READING_SENT, by, now, detail=titles)
        occasion, not_after = f"reading:{earlier}", now + IS_WANTED_FOR
        outbox.owe_once(booking, EmailKind.READING, occasion, to=booking.client_email, not_after=not_after, now=now)
        return booking


def _note(booking, kind, by, now, *, detail):
    longest = BookingEvent._meta.get_field("detail").max_length
    detail = detail if len(detail) <= longest else detail[: longest - 1] + "…"
    BookingEvent.objects.create(booking=booking, kind=kind, at=now, actor=by, detail=detail)


def _refuse_haste(booking, kind, now):
    latest = booking.emails.filter(kind=kind).order_by("-created_at", "-pk").first()
    if latest is not None and latest.state in UNSENT:
        raise NotSendable("it is on its way already")
    if latest is not None and latest.created_at > now - BETWEEN:
        raise NotSendable("it left a few minutes ago; give it time to arrive")
