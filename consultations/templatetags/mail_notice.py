"""How outgoing mail is doing, for the admin's start page."""

from datetime import timedelta

from django import template
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.timesince import timesince

from consultations.models import IN_TROUBLE, UNSENT, EmailState, OutgoingEmail
from probio.health import MAIL_IS_STUCK_AFTER

TROUBLE_IS_SHOWN_FOR = timedelta(days=7)

register = template.Library()


@register.inclusion_tag("admin/consultations/_mail_notice.html")
def mail_notice():
    """Say what is stuck, and how much failed or bounced lately. One query."""
    now = timezone.now()
    is_owed = Q(state__in=UNSENT, due_at__lte=now)
    is_in_trouble = Q(state__in=IN_TROUBLE, created_at__gte=now - TROUBLE_IS_SHOWN_FOR)
    found = OutgoingEmail.objects.filter(is_owed | is_in_trouble).aggregate(
        oldest=Min("due_at", filter=is_owed),
        failed=Count("pk", filter=Q(state=EmailState.FAILED)),
        bounced=Count("pk", filter=Q(state=EmailState.BOUNCED)),
    )
    is_stuck = found["oldest"] is not None and now - found["oldest"] > MAIL_IS_STUCK_AFTER
    return {
        "stuck_for": timesince(found["oldest"], now) if is_stuck else "",
        "failed": found["failed"],
        "bounced": found["bounced"],
        "days": TROUBLE_IS_SHOWN_FOR.days,
    }
