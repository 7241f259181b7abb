"""Articles to read, for pages outside this app; and the rendered body, for the article's own page."""

from django import template
from django.utils import timezone
from django.utils.safestring import mark_safe

from articles.models import Article

register = template.Library()


@register.simple_tag
def latest_articles(count, exclude=None):
    """Return the newest live articles, without `exclude`. One query."""
    articles = Article.objects.live(timezone.now()).newest_first()
    if exclude is not None:
        articles = articles.exclude(pk=exclude.pk)
    return list(articles[:count])


@register.filter
def as_rendered(html):
    """Let through what articles/rendering.py wrote: the one place where stored HTML enters a page."""
    return mark_safe(html)  # noqa: S308 -- rendering.py escapes everything but its own vocabulary
