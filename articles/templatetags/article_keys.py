"""The keys that articles name things by, for the editor's dialogs."""

from django import template

from articles.models import Figure, GlossaryTerm, Reference

register = template.Library()


@register.simple_tag
def library_keys():
    """Return {"reference" | "figure" | "term": [(key, what it stands for)]}, by key. Three queries."""
    references = Reference.objects.only("key", "csl").order_by("key")
    return {
        "reference": [(reference.key, _words(reference)) for reference in references],
        "figure": Figure.objects.order_by("key").values_list("key", "caption"),
        "term": GlossaryTerm.objects.order_by("key").values_list("key", "name"),
    }


def _words(reference):
    title = reference.csl.get("title", "") if isinstance(reference.csl, dict) else ""
    return f"{reference.label}: {title}"
