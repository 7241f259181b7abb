"""A JSON object that the database holds encrypted, under keys that are never in it (FIELD_KEYS)."""

import json
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class DecryptionError(Exception):
    """None of the keys opens a stored value: FIELD_KEYS misses one that was in use, or the value was tampered with."""


class Unseen(dict):
    """A dict whose repr shows nothing of it, so that a traceback or a log has no secret to print."""

    def __repr__(self):
        return "<values, not shown>"


class EncryptedJSONField(models.Field):
    """A JSON object, encrypted at rest with the first of FIELD_KEYS and read with any of them.

    Python sees an Unseen dict. No lookup but isnull: what is encrypted cannot be searched. Raises DecryptionError
    rather than return what it cannot read.
    """

    def get_internal_type(self):
        return "TextField"

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value if value is None or hasattr(value, "resolve_expression") else encrypt(value)

    def from_db_value(self, value, expression, connection):
        return None if value is None else decrypt(value)

    def value_to_string(self, obj):
        """Serialise as stored, so that dumpdata writes no secret."""
        return self.get_prep_value(self.value_from_object(obj))

    def to_python(self, value):
        return decrypt(value) if isinstance(value, str) else value

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted; it cannot be searched")
        return super().get_lookup(lookup_name)


def encrypt(value: dict) -> str:
    """Return a Fernet token of a JSON object, made with the first key."""
    return _fernet(*settings.FIELD_KEYS).encrypt(json.dumps(value, ensure_ascii=False).encode()).decode()


def decrypt(token: str) -> Unseen:
    """Return what a token holds. Raises DecryptionError, without the token."""
    try:
        return Unseen(json.loads(_fernet(*settings.FIELD_KEYS).decrypt(token)))
    except InvalidToken:
        raise DecryptionError("no key in FIELD_KEYS opens this value") from None


def renew(token: str) -> str | None:
    """Return a token encrypted anew with the first key, or None when it already is. Raises DecryptionError."""
    first, *_ = settings.FIELD_KEYS
    try:
        _fernet(first).decrypt(token)
    except InvalidToken:
        try:
            return _fernet(*settings.FIELD_KEYS).rotate(token).decode()
        except InvalidToken:
            raise DecryptionError("no key in FIELD_KEYS opens this value") from None
    return None


@cache
def _fernet(*keys: str) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
