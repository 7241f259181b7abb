"""Encrypt anew with the first of FIELD_KEYS whatever an older key encrypted."""

from collections.abc import Iterator

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Cast

from consultations.encryption import DecryptionError, EncryptedJSONField, renew

BATCH = 200


def encrypted_columns() -> list[tuple[type[models.Model], str]]:
    """Return every (model, field name) that holds encrypted values."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedJSONField)
    ]


def count_values() -> int:
    """Return how many values are encrypted, with whatever key."""
    return sum(model._base_manager.filter(**{f"{name}__isnull": False}).count() for model, name in encrypted_columns())


def rotate_keys(*, is_dry_run: bool = False) -> Iterator[tuple[int, int, list[str]]]:
    """Encrypt with the first key what an older one encrypted; yield (seen, renewed, unreadable) after each batch.

    unreadable: "table.column, row 7" of each value no key opens; they are left as they are. A batch is one transaction
    that locks its rows. Whether a value is due shows from the value itself: whoever stops half-way just starts again.
    """
    for model, name in encrypted_columns():
        last = 0
        while batch := _rotate_batch(model, name, last, is_dry_run):
            last, *counts = batch
            yield tuple(counts)


@transaction.atomic
def _rotate_batch(model, name, last, is_dry_run):
    """Rotate the next rows after a key; return (last key, seen, renewed, unreadable), or None after the last row."""
    rows = model._base_manager.filter(pk__gt=last, **{f"{name}__isnull": False}).order_by("pk").select_for_update()
    tokens = list(rows.values_list("pk", Cast(name, models.TextField()))[:BATCH])
    renewed, unreadable = {}, []
    for pk, token in tokens:
        try:
            renewed[pk] = renew(token)
        except DecryptionError:
            unreadable.append(f"{model._meta.db_table}.{name}, row {pk}")
    renewed = {pk: token for pk, token in renewed.items() if token is not None}
    if renewed and not is_dry_run:
        cases = [models.When(pk=pk, then=models.Value(token, models.TextField())) for pk, token in renewed.items()]
        model._base_manager.filter(pk__in=renewed).update(**{name: models.Case(*cases)})
    return (tokens[-1][0], len(tokens), len(renewed), unreadable) if tokens else None
