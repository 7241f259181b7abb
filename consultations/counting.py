"""How often an article led somebody to the list of times, by article and day. Nothing is kept of who it was."""

from urllib.parse import urlsplit

from django.utils import timezone

from consultations.models import StartCount
from probio.clients import is_reader
from probio.counting import Tally

STARTS = Tally(StartCount.objects.add)


def count_start(request, slug: str) -> None:
    """Count a visitor who comes from an article, once: whoever turns to other days comes from the list itself."""
    came_from = urlsplit(request.headers.get("Referer", "")).path
    if slug and came_from != request.path and is_reader(request):
        STARTS.add((slug, timezone.localdate()))
