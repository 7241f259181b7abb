"""The team's morning, for the admin's start page."""

from django import template
from django.utils import timezone

from consultations.briefing import brief

LISTED = 8  # rows of a list before it points to the whole

register = template.Library()


@register.inclusion_tag("admin/consultations/_briefing.html")
def team_briefing():
    """Show today, what is new, what waits for a decision and this week. Six queries."""
    now = timezone.now()
    return {"briefing": brief(now), "now": now, "listed": LISTED}
