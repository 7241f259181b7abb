"""What a visit carries from page to page: the choice so far, the hold, and which bookings are the visitor's own.

Hold and bookings stand in signed cookies that only this browser sends; no session is stored.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from articles.models import Article
from consultations.models import Booking, SlotClaim
from consultations.options import Choice
from consultations.services.booking import HOLD_LASTS, Visit
from probio.clients import client_hash

HOLD, BOOKED = "hold", "booked"
BOOKINGS_REMEMBERED = 10
BOOKED_LASTS = 60 * 60 * 24 * 14
_PATH = "/consultations/"


def visit_of(request, choice: Choice) -> Visit:
    """Return what services may know of a visitor. An article nobody can read now is nobody's source. One query."""
    article = None
    if choice.article:
        article = Article.objects.live(timezone.now()).called(choice.article).first()
    return Visit(client_hash=client_hash(request), time_zone=choice.zone.key, article=article)


def own_hold(request, now: datetime) -> SlotClaim | None:
    """Return the hold this browser has now, or None. One query when there is a cookie."""
    value = request.get_signed_cookie(HOLD, default="", salt=HOLD)
    if not value:
        return None
    holds = SlotClaim.objects.live_holds(now).select_related("nutritionist", "consultation_type")
    return holds.filter(public_id=UUID(value)).first()


def remember_hold(response, hold: SlotClaim) -> None:
    _set(response, HOLD, str(hold.public_id), int(HOLD_LASTS.total_seconds()))


def remember_booking(request, response, booking: Booking) -> None:
    """Let this browser, and no other, see the booking's page; its hold has become the booking."""
    references = [reference for reference in _own_references(request) if reference != booking.reference]
    _set(response, BOOKED, signing.dumps([booking.reference, *references][:BOOKINGS_REMEMBERED]), BOOKED_LASTS)
    response.delete_cookie(HOLD, path=_PATH)


def own_booking_or_404(request, reference: str) -> Booking:
    if reference not in _own_references(request):
        raise Http404("not booked from this browser")
    bookings = Booking.objects.filter(redacted_at=None).select_related("nutritionist", "consultation_type", "topic")
    return get_object_or_404(bookings, reference=reference)


def _own_references(request) -> list[str]:
    value = request.get_signed_cookie(BOOKED, default="", salt=BOOKED)
    try:
        return signing.loads(value) if value else []
    except signing.BadSignature:
        return []


def _set(response, name, value, seconds):
    response.set_signed_cookie(
        name,
        value,
        salt=name,
        max_age=seconds,
        path=_PATH,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
