"""The soonest free times, for pages outside this app."""

from django import template
from django.utils import timezone

from consultations import options, queries
from consultations.models import ConsultationType

register = template.Library()


@register.simple_tag
def soonest_times(count):
    """Return the first `count` open times as SlotOptions; none when nothing can be booked. Up to four queries."""
    consultation_type = ConsultationType.objects.active().first()
    if consultation_type is None:
        return []
    slots = queries.soonest_times(consultation_type, count, now=timezone.now())
    return [options.slot_option(consultation_type, slot.start) for slot in slots]
