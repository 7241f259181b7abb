"""Staff secrets that must be read again, encrypted with FIELD_KEYS like clients' answers."""

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction

SECRET_PARTS = ("secret", "seed")  # of an authenticator app, of recovery codes; a passkey has none


def encrypt(text: str) -> str:
    """Return a Fernet token made with the first key."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Return the text of a token made with any of the keys. Raises cryptography.fernet.InvalidToken."""
    return _fernet().decrypt(token).decode()


@transaction.atomic
def renew_all() -> int:
    """Encrypt every staff secret with the first key; return how many there are. Raises InvalidToken."""
    count = 0
    for authenticator in Authenticator.objects.select_for_update().order_by("pk"):
        for part in SECRET_PARTS:
            if part in authenticator.data:
                authenticator.data[part] = _fernet().rotate(authenticator.data[part]).decode()
                count += 1
        authenticator.save(update_fields=["data"])
    return count


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_KEYS])
