"""What can be exported: each app says it in its module `exporting`, which is found when the site starts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

BATCH = 500
_sources: dict[str, "Source"] = {}


@dataclass(frozen=True)
class Source:
    """One table that can be exported.

    columns: heading -> what a row has there. permissions: all of them are needed. within: the rows of this table that
    belong to what a list of the admin shows, in order.
    """

    name: str
    title: str
    rows: Callable[[], QuerySet]
    columns: dict[str, Callable[[Any], Any]]
    permissions: tuple[str, ...]
    within: Callable[[QuerySet], QuerySet] = lambda shown: shown

    def is_open_to(self, user) -> bool:
        return user.has_perms(self.permissions)

    def read(self, ids: Sequence[int]) -> Iterator[list]:
        """Yield rows by their keys, in this order, some hundred at a time; what is deleted by now is left out."""
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            found = {row.pk: row for row in self.rows().filter(pk__in=batch)}
            yield from ([value(found[pk]) for value in self.columns.values()] for pk in batch if pk in found)


def offer(source: Source) -> Source:
    _sources[source.name] = source
    return source


def any_open_to(user) -> bool:
    """Say whether somebody may export anything at all."""
    return any(source.is_open_to(user) for source in _sources.values())


def get(name: str) -> Source:
    """Return a source by its name. Raises KeyError."""
    return _sources[name]
