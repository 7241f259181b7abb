"""How often articles are opened, by article and day. Nothing is kept of who opened them, and no cookie is set."""

from functools import lru_cache

from django.urls import Resolver404, resolve
from django.utils import timezone

from articles.models import ViewCount
from probio.clients import is_reader
from probio.counting import Tally

VIEWS = Tally(ViewCount.objects.add)


class CountViews:
    """Middleware: counts whom an article was shown to. It stands before what answers from memory."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code in (200, 304):  # 304: shown from the reader's own copy, after asking for it
            slug = _article_at(request.path_info)
            if slug is not None and is_reader(request):
                VIEWS.add((slug, timezone.localdate()))
        return response


@lru_cache(maxsize=1024)
def _article_at(path: str) -> str | None:
    """Return the slug of the article whose page is at an address."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    return found.kwargs["slug"] if found.view_name == "articles:detail" else None
