"""The search page. What people look for here may be about their health: it is neither logged nor passed on."""

import logging
from functools import wraps

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from articles.models import GlossaryTerm, Topic
from articles.search import MOST_SHOWN, SearchTooSlow, search, synonyms_of
from articles.search_terms import NothingToLookFor, printable

logger = logging.getLogger(__name__)
CACHED_SECONDS = 60


def _kept_private(view):
    """Keep a page to the browser that asked for it, and its address out of search engines and referrers."""

    @wraps(view)
    def guarded(request):
        response = view(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, max_age=CACHED_SECONDS)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@require_safe
@_kept_private
def article_search(request):
    """Search the live articles. Seven queries when they find enough.

    One more for phrases and other names of what was typed; a few when words may be mistyped.
    """
    text = request.GET.get("q")
    topics = list(Topic.objects.all())
    topic = _topic_or_404(request, topics)
    context = {"q": printable(text or "").strip(), "topics": topics, "topic": topic, "most_shown": MOST_SHOWN}
    if text is None:
        return render(request, "articles/article_search.html", context)
    try:
        context["results"] = search(
            text,
            synonyms=synonyms_of(topics, GlossaryTerm.objects.exclude(also_called="")),
            topic=topic,
            page=request.GET.get("page", "1"),
            now=timezone.now(),
        )
    except NothingToLookFor as problem:
        context["problem"] = str(problem)
    except SearchTooSlow:
        logger.warning("a search took too long")
        context["is_too_slow"] = True
    response = render(request, "articles/article_search.html", context)
    if "is_too_slow" in context:
        patch_cache_control(response, no_store=True)
    return response


def _topic_or_404(request, topics):
    slug = request.GET.get("topic")
    if not slug:
        return None
    for topic in topics:
        if topic.slug == slug:
            return topic
    raise Http404("no such topic")
