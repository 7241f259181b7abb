"""A client's own data: to see, to take away, to have erased."""

from django.conf import settings
from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from consultations import consents, retention
from consultations.exceptions import Busy
from consultations.services import privacy
from consultations.views.secret import booking_or_404, secret_page


@require_safe
def notice(request):
    """Say in plain words what is kept about visitors and clients: from the same source as the clean-up."""
    days = settings.ANSWERS_KEPT_DAYS
    context = {
        "kept": retention.kept(days),
        "consents": [consents.SERVICE, consents.MARKETING, consents.health(days)],
    }
    return render(request, "consultations/privacy.html", context)


@sensitive_variables()
@secret_page
@require_safe
def data(request, token):
    """Show everything kept about the client of a booking."""
    booking = booking_or_404(request, token)
    context = {"token": token, "email": booking.client_email, **privacy.export(booking.client_email)}
    return render(request, "consultations/data.html", context)


@sensitive_variables()
@secret_page
@require_safe
def download(request, token):
    """Give the same as JSON."""
    booking = booking_or_404(request, token)
    response = JsonResponse(privacy.export(booking.client_email), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="probio7-your-data.json"'
    return response


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request, token):
    """Ask whether to erase everything, and do it."""
    booking = booking_or_404(request, token)
    if request.method != "POST":
        is_to_come = booking.is_active and booking.starts_at > timezone.now()
        context = {"token": token, "booking": booking, "is_to_come": is_to_come}
        return render(request, "consultations/erase.html", context)
    try:
        privacy.erase(booking.client_email, now=timezone.now())
    except Busy:
        messages.info(request, "Somebody else was changing the same times. Nothing is erased yet: press again.")
        return redirect("consultations:manage", token)
    return redirect("consultations:erased")


@never_cache
@require_safe
def erased(request):
    """Say that it is done: the link opens nothing any more."""
    return render(request, "consultations/erased.html")
