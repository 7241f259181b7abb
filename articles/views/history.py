"""What changed in an article, when, and who reviewed it. Touches no session, user or token."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.caching import public_page
from articles.models import Article, Publication
from articles.views.addresses import answer_elsewhere


@public_page()
@require_safe
def article_history(request, slug):
    """List a live article's first publication and every change worth telling, newest first. Two queries."""
    now = timezone.now()
    article = Article.objects.live(now).select_related("live_revision").filter(slug=slug).first()
    if article is None:
        return answer_elsewhere(request, slug, now=now, view_name="articles:history")
    publications = Publication.objects.told_of(article, now).select_related("revision__reviewer")
    return render(request, "articles/article_history.html", {"article": article, "publications": publications})
