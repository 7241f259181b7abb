"""The drawing of a new authenticator's key: inline, because the policy on images refuses data addresses."""

from django import template
from django.utils.safestring import mark_safe

register = template.Library()


@register.filter
def drawing(svg: str):
    """Let through the QR code that django-allauth drew of our own address, without its XML declaration."""
    _, _, body = svg.partition("<svg")
    return mark_safe(f'<svg role="img" aria-label="QR code of the key below"{body}')  # noqa: S308 -- paths only
