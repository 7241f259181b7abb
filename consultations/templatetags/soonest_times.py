"""The soonest free times, for pages outside this app."""

from django import template
from django.utils import timezone

from consultations import queries
from consultations.models import ConsultationType
from consultations.options import Choice

register = template.Library()


@register.simple_tag
def soonest_times(count):
    """Return the first `count` open times as SlotOptions; none when nothing can be booked. Six queries, as a rule."""
    consultation_type = ConsultationType.objects.active().first()
    if consultation_type is None:
        return []
    choice = Choice(consultation_type)
    nutritionists = list(queries.nutritionists_of(consultation_type))
    soonest = queries.soonest_times(consultation_type, nutritionists, count, now=timezone.now())
    return [choice.option(start) for start in soonest]
