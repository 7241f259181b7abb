"""Addresses at which no article can be read any more. Touch no session, user or token."""

from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control

from articles.models import Article, State

# An article may move back or be brought back: nobody may believe in either answer for long.
SECONDS = 300


def answer_elsewhere(request, slug, *, now, view_name="articles:detail", rest=()):
    """Answer for an address where no live article is, in at most two queries.

    A withdrawn article: 410 with date and reason. One that moved: 301 to the same page where it is at present
    (view_name; rest: what follows the slug in its address). Anything else, drafts, scheduled and expired articles
    among them: Http404.
    """
    if withdrawn := Article.objects.filter(slug=slug, withdrawn_at__isnull=False).first():
        response = render(request, "articles/withdrawn.html", {"article": withdrawn}, status=410)
    elif moved := _moved_from(slug, now):
        response = HttpResponsePermanentRedirect(reverse(view_name, args=[moved.slug, *rest]))
    else:
        raise Http404("no article here")
    patch_cache_control(response, public=True, max_age=SECONDS)
    return response


def _moved_from(slug, now):
    """Return the article that readers once found at an address, if there is something to say of it where it is now."""
    article = Article.objects.filter(old_addresses__slug=slug).exclude(slug=slug).first()
    return article if article is not None and article.state(now) in (State.LIVE, State.WITHDRAWN) else None
