"""Checks that several tables share."""

import json

from django.core.validators import RegexValidator

validate_key = RegexValidator(
    r"^[a-z0-9-]+$", "Use lower-case letters, digits and hyphens only: the key is typed in article bodies."
)


def check_storable(value) -> None:
    """Raise ValueError for what JSON can say and PostgreSQL cannot store: NUL, half a surrogate pair, NaN."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        text = r"\u0000"
    if r"\u0000" in text:
        raise ValueError("This holds a character or a number that cannot be stored.")
