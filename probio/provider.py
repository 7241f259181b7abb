"""The mail provider, if one is set: its signed webhook, and whether its settings are whole."""

from anymail.exceptions import AnymailConfigurationError, AnymailError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.mail import get_connection
from django.urls import resolve

_REFUSED = "A call of the mail webhook that the provider did not sign or did not write."


class _Discreet:
    """Answers 400 to whatever is not signed or not understood, and repeats none of it in the log."""

    def run_validators(self, request):
        return _discreetly(super().run_validators, request)

    def parse_events(self, request):
        return _discreetly(super().parse_events, request)


def _discreetly(read, request):
    try:
        return read(request)
    # What django-anymail makes of a body of another shape; its own words quote the body.
    except (AnymailError, SuspiciousOperation, ValueError, LookupError, TypeError, AttributeError):
        raise SuspiciousOperation(_REFUSED) from None


def webhook():
    """Return the view that checks the provider's calls and sends django-anymail's `tracking` signal for each event."""
    provided = resolve(f"/{settings.EMAIL_PROVIDER}/tracking/", "anymail.urls").func.view_class
    return type(provided.__name__, (_Discreet, provided), {}).as_view()


def stop_if_half_configured() -> None:
    """End the process with one line when the provider's own settings lack something. Sends and asks nothing."""
    try:
        get_connection()
        resolve(f"/{settings.EMAIL_PROVIDER}/tracking/", "anymail.urls").func.view_class()
    except AnymailConfigurationError as error:
        words = " ".join(str(error).split())
        raise SystemExit(f"probio: fix EMAIL_PROVIDER_SETTINGS and start again: {words}") from None
