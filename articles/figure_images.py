"""Uploaded images, from the form to the files that readers get. PostgreSQL remembers what is to be made.

An upload is checked and stored at once; a worker makes its files, and the sweep catches what no worker was woken
for or what one left behind when it died. Names follow from the bytes, so making them twice changes nothing, and an
article can be saved before they are there. It is published once they are.
"""

import logging
import time
from datetime import datetime, timedelta
from urllib.parse import quote

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from articles import images
from articles.drawing import clean_drawing, legend_rows
from articles.figure_html import Illustration, Photo
from articles.images import ImageError
from articles.models import Figure, FigureImage, FigureUse, ImageState, Revision
from probio.waking import ask_worker

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # many times what the largest image takes
MOST_ATTEMPTS = 3
_SECONDS_A_SWEEP = 20  # after which it starts no further image: tasks may take CELERY_TASK_SOFT_TIME_LIMIT


def keep_upload(upload: UploadedFile, *, now: datetime) -> FigureImage:
    """Store an uploaded image and have its files made; the same file again is the image it was.

    Raises ImageError, in words, when it cannot be shown. Wakes a worker after the commit.
    """
    picture = images.check(upload)
    with transaction.atomic():
        image, is_new = FigureImage.objects.get_or_create(
            digest=picture.digest, defaults={**vars(picture), "widths": picture.widths, "uploaded_at": now}
        )
        _store(storages["originals"], image.original_name, upload)
        if is_new:
            _wake_after_commit(image)
        elif image.state == ImageState.FAILED:  # whoever gives it once more asks for another try
            make_again(image)
    return image


def make_again(image: FigureImage) -> None:
    """Have an image's files made once more, whatever became of them. Wakes a worker after the commit."""
    with transaction.atomic():
        image.state, image.attempts, image.locked_until, image.problem = ImageState.WAITING, 0, None, ""
        image.save(update_fields=["state", "attempts", "locked_until", "problem"])
        _wake_after_commit(image)


def make_files(image_id: int) -> bool:
    """Make what readers get of an image, if it waits and nobody has it in hand; return whether it is ready now.

    Takes a lease on the row and works outside any transaction, so that a worker that dies leaves it to the next.
    """
    now = timezone.now()
    is_mine = (
        FigureImage.objects.due(now).filter(pk=image_id).update(attempts=F("attempts") + 1, locked_until=now + LEASE)
    )
    if not is_mine:
        return False
    image = FigureImage.objects.get(pk=image_id)
    if image.attempts > MOST_ATTEMPTS:
        _end(image, ImageState.FAILED, f"It ended the worker {MOST_ATTEMPTS} times. Try another file.")
        return False
    try:
        with storages["originals"].open(image.original_name) as original:
            for width, format, content in images.renditions(original):
                _store(default_storage, images.rendition_name(image.digest, width, format), ContentFile(content))
    except ImageError as error:
        _end(image, ImageState.FAILED, str(error))
        return False
    except Exception as error:  # a full disk, an object store that is away: the next sweep may find them well
        logger.exception("image %s could not be made", image.pk)
        if image.attempts == MOST_ATTEMPTS:
            _end(image, ImageState.FAILED, f"Its files could not be read or stored ({type(error).__name__}).")
        else:
            FigureImage.objects.filter(pk=image.pk).update(locked_until=None)
        return False
    _end(image, ImageState.READY, "")
    return True


def sweep(*, now: datetime) -> int:
    """Make the files of images that are due, one after another, for some seconds; return how many became ready."""
    deadline, ready = time.monotonic() + _SECONDS_A_SWEEP, 0
    for image_id in list(FigureImage.objects.due(now).order_by("uploaded_at").values_list("pk", flat=True)):
        if time.monotonic() > deadline:
            break
        ready += make_files(image_id)
    return ready


def record_uses(revision: Revision, figure_keys: set[str]) -> None:
    """Keep which figures a new revision shows, and with which images."""
    figures = Figure.objects.filter(key__in=figure_keys)
    FigureUse.objects.bulk_create(
        FigureUse(revision=revision, figure=figure, image_id=figure.image_id) for figure in figures
    )


def why_not_ready(revision: Revision) -> str:
    """Return in words which figures of a revision have no images yet, or ""."""
    uses = list(revision.figure_uses.unready().select_related("figure", "image"))
    failed = [f"“{use.figure.key}”" for use in uses if use.image.state == ImageState.FAILED]
    if failed:
        return f"The image of the figure {', '.join(failed)} could not be made. The figure’s own page says why."
    waiting = [f"“{use.figure.key}”" for use in uses]
    if waiting:
        return f"The image of the figure {', '.join(waiting)} is still being made. Try again in a minute."
    return ""


def illustration(figure: Figure) -> Illustration:
    """Return what rendering needs of a figure. Raises DrawingError when its drawing or legend cannot be shown."""
    return Illustration(
        svg=clean_drawing(figure.drawing) if figure.drawing else "",
        photo=_photo(figure.image) if figure.image else None,
        alt=figure.alt,
        description=figure.description,
        caption=figure.caption,
        note=figure.note,
        legend=legend_rows(figure.legend),
        credit=figure.credit,
        licence=figure.licence,
        source=figure.source.label if figure.source else "",
        source_address=_address(figure.source) if figure.source else "",
        adaptation=figure.adaptation,
    )


def _photo(image):
    widest = image.widths[-1]
    files = {
        format: {width: media_address(image, width, format) for width in image.widths}
        for format in images.formats_of(image.family)
    }
    return Photo(width=widest, height=max(1, round(image.height * widest / image.width)), files=files)


def media_address(image: FigureImage, width: int, format: str) -> str:
    """Return where readers get one file of an image."""
    return settings.MEDIA_URL + images.rendition_name(image.digest, width, format)


def _address(reference):
    """Return where a reference can be read, or ""."""
    if reference.doi:
        return f"https://doi.org/{quote(reference.doi)}"
    url = reference.csl.get("URL", "")
    return url if url.startswith(("https://", "http://")) else ""


def _store(storage, name, content):
    """Store a file whole. One that is there already is left alone: readers may be fetching it."""
    if not storage.exists(name) or storage.size(name) != content.size:
        storage.save(name, content)


def _end(image, state, problem):
    FigureImage.objects.filter(pk=image.pk).update(state=state, problem=problem[:300], locked_until=None)


def _wake_after_commit(image):
    # A lambda, not a partial, which Django 5.2 cannot name when it logs a robust callback's failure.
    transaction.on_commit(lambda: _wake(image.pk), robust=True)


def _wake(image_id):
    if not ask_worker("articles.tasks.make_files", image_id, queue="media"):
        logger.warning("broker away: image %s waits for the sweep", image_id)
