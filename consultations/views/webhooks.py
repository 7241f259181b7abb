"""/webhooks/email/: what the mail provider says became of a message."""

from anymail.signals import EventType, tracking
from django.conf import settings
from django.dispatch import receiver
from django.http import Http404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from consultations import outbox
from probio import provider

_CAME_BACK = (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED)


@csrf_exempt
def email_events(request):
    """Take the provider's signed events; there is no such page without a provider."""
    if not settings.EMAIL_PROVIDER:
        raise Http404("no mail provider is set")
    return provider.webhook()(request)


@receiver(tracking)
def note_event(sender, event, **kwargs):
    """Note a message that came back. Of all other events nothing is kept."""
    if event.event_type in _CAME_BACK:
        message_id = (event.metadata or {}).get("message_id") or event.message_id or ""
        said = event.mta_response or event.description or event.reject_reason or ""
        outbox.record_bounce(message_id, f"{event.event_type}: {said}", now=timezone.now())
