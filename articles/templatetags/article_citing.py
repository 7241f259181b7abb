"""How to cite an article, for its own page."""

from django import template

from articles.exports import harvard_of

register = template.Library()


@register.inclusion_tag("articles/_cite_this.html")
def cite_this(article, revision):
    """Show how a revision of an article is cited, with its author loaded. No query."""
    return {
        "article": article,
        "harvard": harvard_of(article, revision),
        "has_references": bool(revision.references_html),
    }
