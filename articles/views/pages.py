"""What readers see. These pages touch no session, user or token, so they set no cookie."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.caching import public_page
from articles.models import Article

CONTENTS_FROM = 3  # sections from which a list of contents helps


@public_page()
@require_safe
def article_list(request):
    """List the live articles, newest first. One query."""
    articles = Article.objects.live(timezone.now()).newest_first()
    return render(request, "articles/article_list.html", {"articles": articles})


@public_page()
@require_safe
def article_detail(request, slug):
    """Show one live article as it was rendered when saved. One query, and one for what to read next."""
    shown = ("topic", "live_revision__author", "live_revision__reviewer")
    article = get_object_or_404(Article.objects.live(timezone.now()).select_related(*shown), slug=slug)
    revision = article.live_revision
    context = {
        "article": article,
        "revision": revision,
        "contents": revision.contents if len(revision.contents) >= CONTENTS_FROM else [],
    }
    return render(request, "articles/article_detail.html", context)
