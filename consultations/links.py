"""Secret links: the token that opens a booking, a place on the waiting list or a calendar feed, and nothing else.

A token is the row's public id and a signature (HMAC-SHA256) over it and the row's nonce, so that a mail rendered later
can carry it, the database alone cannot produce it, and a new nonce makes every earlier link worthless.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from consultations.models import Booking, CalendarFeed, WaitlistEntry

_ID_LENGTH = 22  # sixteen bytes in base64, without padding
_NOBODY = UUID(int=0)


def manage_url(booking: Booking) -> str:
    """Return the whole address at which a client does everything about a booking."""
    return settings.SITE_URL + manage_path(booking)


def manage_path(booking: Booking) -> str:
    return reverse("consultations:manage", args=[token_of(booking)])


def feedback_url(booking: Booking) -> str:
    """Return the whole address of the one question after a consultation."""
    return settings.SITE_URL + reverse("consultations:feedback", args=[token_of(booking)])


def waitlist_url(entry: WaitlistEntry) -> str:
    """Return the whole address at which a client answers an offer or leaves the list."""
    return settings.SITE_URL + reverse("consultations:waitlist-entry", args=[token_of(entry)])


def address_url(booking: Booking) -> str:
    """Return the whole address that proves the address a client asked to change to: it is sent nowhere else."""
    return settings.SITE_URL + reverse("consultations:prove-address", args=[token_of(booking, booking.pending_email)])


def feed_url(feed: CalendarFeed) -> str:
    """Return the whole address at which a nutritionist's calendar reads their consultations."""
    return settings.SITE_URL + reverse("consultations:diary-feed", args=[token_of(feed)])


def token_of(row: Booking | WaitlistEntry | CalendarFeed, purpose: str = "") -> str:
    """Return the token of a row. purpose: what else it must prove, such as an address."""
    return _encoded(row.public_id) + _signer(row).signature(_signed(row.public_id, row.link_nonce, purpose))


def row_of(token: str, rows, purpose=lambda row: ""):
    """Return the row of a queryset that a token opens, or None. One query, whether there is such a row or not.

    purpose: what the token must prove of the row it names, see `token_of`.
    """
    public_id = _public_id(token)
    row = rows.filter(public_id=public_id).first()
    known = row if row is not None else rows.model(public_id=_NOBODY, link_nonce=_NOBODY)
    signed = _signed(known.public_id, known.link_nonce, purpose(known))
    try:
        _signer(known).unsign(f"{signed}{signing.Signer().sep}{token[_ID_LENGTH:]}")
    except signing.BadSignature:
        return None
    return row


def _signer(row) -> signing.Signer:
    return signing.Signer(salt=f"consultations.link.{row._meta.model_name}")


def _signed(public_id: UUID, nonce: UUID, purpose: str) -> str:
    return f"{public_id.hex}.{nonce.hex}.{purpose}"


def _encoded(public_id: UUID) -> str:
    return urlsafe_b64encode(public_id.bytes).decode().rstrip("=")


def _public_id(token: str) -> UUID:
    try:
        public_id = UUID(bytes=urlsafe_b64decode(token[:_ID_LENGTH] + "=="))
    except ValueError:  # not base64, or not sixteen bytes
        return _NOBODY
    return public_id if token.startswith(_encoded(public_id)) else _NOBODY  # base64 has several spellings of one id
