"""Articles to read, for pages outside this app; rendered bodies and structured data, for pages of this one."""

import json

from django import template
from django.utils import timezone
from django.utils.safestring import mark_safe

from articles.models import Article

register = template.Library()


@register.simple_tag
def latest_articles(count):
    """Return the newest live articles. One query."""
    return list(Article.objects.live(timezone.now()).newest_first()[:count])


@register.filter
def as_rendered(html):
    """Let through what articles/rendering.py wrote: the one place where stored HTML enters a page."""
    return mark_safe(html)  # noqa: S308 -- rendering.py escapes everything but its own vocabulary


@register.filter
def as_json_ld(graph):
    """Write structured data so that nothing in it can end the script element it stands in."""
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return mark_safe(text)  # noqa: S308 -- no character that means anything in HTML is left
