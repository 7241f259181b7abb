"""How outgoing mail is doing, for the admin's start page."""

from collections import Counter
from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince

from consultations.models import EmailState, OutgoingEmail
from probio.health import MAIL_IS_STUCK_AFTER

TROUBLE_IS_SHOWN_FOR = timedelta(days=7)

register = template.Library()


@register.inclusion_tag("admin/consultations/_mail_notice.html")
def mail_notice():
    """Say what is stuck, and how much failed or bounced lately. Two queries."""
    now = timezone.now()
    oldest = OutgoingEmail.objects.oldest_owed_age(now)
    is_stuck = oldest is not None and oldest > MAIL_IS_STUCK_AFTER
    troubled = Counter(OutgoingEmail.objects.in_trouble(now - TROUBLE_IS_SHOWN_FOR).values_list("state", flat=True))
    return {
        "stuck_for": timesince(now - oldest, now) if is_stuck else "",
        "failed": troubled[EmailState.FAILED],
        "bounced": troubled[EmailState.BOUNCED],
        "days": TROUBLE_IS_SHOWN_FOR.days,
    }
