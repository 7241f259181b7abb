"""Preview links: a secret address that shows one revision, published or not, for a while.

The address holds the link's public id and a signature over it, so the database alone cannot produce one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.urls import reverse

from articles.models import PreviewLink, Revision

LASTS = timedelta(days=14)
_signer = signing.Signer(sep=".", salt="articles.preview")


def make_link(*, revision: Revision, by, now: datetime) -> PreviewLink:
    """Return a new link to a revision, which works for LASTS."""
    return PreviewLink.objects.create(revision=revision, created_by=by, created_at=now, expires_at=now + LASTS)


def revoke_link(link: PreviewLink, *, now: datetime) -> None:
    """Make a link worthless from now on. Once is enough: the first time stays on record."""
    PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def path_of(link: PreviewLink) -> str:
    return reverse("articles:preview", args=[_signer.sign(link.public_id.hex)])


def link_of(token: str) -> PreviewLink | None:
    """Return the link that a token was made for, whether it works or not; None when we have made no such token."""
    try:
        public_id = UUID(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return PreviewLink.objects.filter(public_id=public_id).first()
