"""What waits for an editor, for the admin's start page."""

from django import template
from django.utils import timezone

from articles import waiting

# Set in articles/waiting.py -> the model that must be open to whoever is told, and what they are told.
TOLD = {
    "review": ("article", "article is due for review", "articles are due for review"),
    "retracted": ("reference", "retracted source is cited in a live article", "retracted sources are cited live"),
    "draft": ("article", "draft has not been reviewed", "drafts have not been reviewed"),
    "figure": ("figure", "figure has no images yet", "figures have no images yet"),
}

register = template.Library()


@register.inclusion_tag("admin/articles/_editing.html", takes_context=True)
def team_editing(context):
    """List what waits and may be seen by whoever is signed in. One query; none for somebody who may see nothing."""
    user = context["user"]
    seen = [name for name, (model, *_) in TOLD.items() if _may_see(user, model)]
    counts = waiting.count(seen, timezone.now())
    items = [
        {"name": name, "model": TOLD[name][0], "count": counts[name], "words": TOLD[name][1 + (counts[name] > 1)]}
        for name in seen
        if name in counts
    ]
    return {"is_editor": bool(seen), "items": items, "may_write": user.has_perm("articles.add_article")}


def _may_see(user, model: str) -> bool:
    return user.has_perm(f"articles.view_{model}") or user.has_perm(f"articles.change_{model}")
