"""The picture for shared links to an article."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from articles import cards
from articles.models import Article
from articles.views.addresses import answer_elsewhere
from articles.views.described import card_fingerprint, card_path, card_words


@require_safe
def card(request, slug, fingerprint):
    """Show a live article's card, at an address that changes with it; an older address leads there. One query."""
    now = timezone.now()
    article = Article.objects.live(now).newest_first().filter(slug=slug).first()
    if article is None:
        return answer_elsewhere(request, slug, now=now, view_name="articles:card", rest=[fingerprint])
    if fingerprint != card_fingerprint(article):
        return redirect(card_path(article))
    response = HttpResponse(cards.draw(**card_words(article)), content_type="image/png")
    patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    return response
