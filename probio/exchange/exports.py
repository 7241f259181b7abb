"""Long exports: asked for as a row, made by a worker, kept for a day. PostgreSQL remembers what is to be made.

A worker takes a lease and renews it as it goes on; one that dies leaves the row to the sweep, which begins anew. Nobody
sees a file before it is whole.
"""

import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from probio.exchange import sources
from probio.exchange.sources import Source
from probio.exchange.writing import write
from probio.models import Export, ExportState, Upload
from probio.waking import ask_worker

logger = logging.getLogger(__name__)

LASTS = timedelta(days=1)
LEASE = timedelta(minutes=1)
MOST_ATTEMPTS = 3
MOST_ROWS = 200_000
_ROWS_A_REPORT = 500


class TakenOver(Exception):
    """Another worker has the export by now, or it was deleted."""


def ask(source: Source, ids: list[int], format: str, *, owner, now: datetime) -> Export:
    """Owe an export of these rows and wake a worker after the commit."""
    with transaction.atomic():
        export = Export.objects.create(
            owner=owner,
            source=source.name,
            format=format,
            row_ids=ids,
            total=len(ids),
            asked_at=now,
            expires_at=now + LASTS,
        )
        transaction.on_commit(lambda: _wake(export.pk), robust=True)
    return export


def make(export_id: int) -> bool:
    """Make the file of an export that waits and is in nobody's hands; return whether it is ready now."""
    now = timezone.now()
    mine = Export.objects.due(now).filter(pk=export_id, expires_at__gt=now)
    if not mine.update(attempts=F("attempts") + 1, locked_until=now + LEASE, rows_done=0):
        return False
    export = Export.objects.get(pk=export_id)
    if export.attempts > MOST_ATTEMPTS:
        _change(export, state=ExportState.FAILED, locked_until=None)
        return False
    try:
        _make(export)
    except TakenOver:
        return False
    except Exception:  # a full disk, an object store that is away: the next sweep may find them well
        logger.exception("export %s could not be made", export.pk)
        is_last = export.attempts == MOST_ATTEMPTS
        _change(export, state=ExportState.FAILED if is_last else ExportState.WAITING, locked_until=None)
        return False
    return True


def sweep(*, now: datetime) -> None:
    """Delete what has expired, uploads too, and make one export that waits, whoever was to make it."""
    delete(Export.objects.expired(now))
    Upload.objects.filter(expires_at__lte=now).delete()
    waiting = Export.objects.due(now).order_by("asked_at").values_list("pk", flat=True).first()
    if waiting is not None:
        make(waiting)


def delete(exports: QuerySet) -> int:
    """Delete exports with their files and return how many there were."""
    rows = list(exports.defer("row_ids"))
    for export in rows:
        storages["exports"].delete(export.file_name)
        export.delete()
    return len(rows)


def _make(export):
    source = sources.get(export.source)
    with tempfile.TemporaryFile() as file:
        write(export.format, file, list(source.columns), _reporting(export, source.read(export.row_ids)))
        file.seek(0)
        _report(export, export.total)
        storages["exports"].save(export.file_name, File(file))
    if not _change(export, state=ExportState.READY, rows_done=export.total, row_ids=[], locked_until=None):
        storages["exports"].delete(export.file_name)  # deleted meanwhile: nobody would ever clear it away


def _reporting(export: Export, rows: Iterator[list]) -> Iterator[list]:
    for number, row in enumerate(rows):
        if number % _ROWS_A_REPORT == 0:
            _report(export, number)
        yield row


def _report(export, rows_done):
    """Say how far it is and keep the lease. Raises TakenOver when it is no longer ours."""
    if not _change(export, rows_done=rows_done, locked_until=timezone.now() + LEASE):
        raise TakenOver


def _change(export, **values) -> bool:
    ours = Export.objects.filter(pk=export.pk, attempts=export.attempts, state=ExportState.WAITING)
    return ours.update(**values) == 1


def _wake(export_id):
    if not ask_worker("probio.exchange.tasks.make_export", export_id):
        logger.warning("broker away: export %s waits for the sweep", export_id)
