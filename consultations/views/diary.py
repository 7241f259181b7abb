"""A nutritionist's consultations, for their own calendar."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from consultations.diary import feed_of
from consultations.invites import diary_calendar
from consultations.views.secret import feed_or_404, secret_page


@secret_page
@require_safe
def feed(request, token):
    """Give the consultations of the last month and all to come as a calendar that others subscribe to."""
    found = feed_or_404(request, token)
    calendar = diary_calendar(found, feed_of(found.nutritionist, now=timezone.now()))
    return HttpResponse(calendar, content_type="text/calendar; charset=utf-8")
