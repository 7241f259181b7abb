"""One revision as readers would get it, for whoever was given the link."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from articles import previews
from articles.models import Revision
from articles.views.pages import page_of


@require_safe
@never_cache
def preview(request, token):
    """Show the revision of a preview link, marked as one; 410 when the link has ended, 404 when there is no such."""
    link = previews.link_of(token)
    if link is None:
        raise Http404("no such preview")
    if link.works(timezone.now()):
        shown = ("article__topic", "author", "reviewer")
        revision = Revision.objects.select_related(*shown).get(pk=link.revision_id)
        context = {**page_of(revision.article, revision), "link": link, "is_live": _is_live(revision)}
        response = render(request, "articles/preview.html", context)
    else:
        response = render(request, "articles/preview_ended.html", status=410)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _is_live(revision):
    return revision.article.live_revision_id == revision.pk
