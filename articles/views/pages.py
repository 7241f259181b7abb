"""What readers see. These pages touch no session, user or token, so they set no cookie."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.views.addresses import answer_elsewhere

CONTENTS_FROM = 3  # sections from which a list of contents helps


@require_safe
def article_list(request):
    """List the live articles, newest first. One query."""
    articles = Article.objects.live(timezone.now()).newest_first()
    return render(request, "articles/article_list.html", {"articles": articles})


@require_safe
def article_detail(request, slug):
    """Show one live article as it was rendered when saved. One query, and one for what to read next."""
    now = timezone.now()
    shown = ("topic", "live_revision__author", "live_revision__reviewer")
    article = Article.objects.live(now).select_related(*shown).filter(slug=slug).first()
    if article is None:
        return answer_elsewhere(request, slug, now=now)
    return render(request, "articles/article_detail.html", page_of(article, article.live_revision))


def page_of(article, revision) -> dict:
    """Return what the template of an article shows of one revision, live or not."""
    contents = revision.contents if len(revision.contents) >= CONTENTS_FROM else []
    return {"article": article, "revision": revision, "contents": contents}
