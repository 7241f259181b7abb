"""How rows are found by a part of what they say of a client: one text, folded, under a trigram index."""

from functools import reduce
from operator import and_, or_

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat

from consultations.sought import parts_of


def folded(text) -> Func:
    """Return a text in small letters and without accents, by a function of our own (migration 0030)."""
    return Func(text, function="folded", output_field=models.TextField())


def sought_in(*columns: str) -> models.GeneratedField:
    """Return the column that holds the texts of others, folded, a line for each: no part crosses two."""
    lines = [part for column in columns for part in (Value("\n"), F(column))][1:]
    text = Concat(*lines, output_field=models.TextField()) if len(lines) > 1 else lines[0]
    return models.GeneratedField(expression=folded(text), output_field=models.TextField(), db_persist=True)


def says(text: str, *, column: str = "sought") -> Q:
    """Return the condition that a row says all parts of what was typed."""
    return reduce(
        and_,
        (
            reduce(or_, (Q(**{f"{column}__contains": folded(Value(spelling))}) for spelling in part))
            for part in parts_of(text)
        ),
        Q(),
    )
