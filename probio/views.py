"""The pages that belong to no app: home and the errors."""

from django.http import HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from probio.context import site


@require_safe
def home(request):
    """Show the newest articles and the soonest free times (brought by the apps' template tags)."""
    return render(request, "home.html")


def bad_request(request, exception):
    """Answer 400 without touching the request: a bad Host header must not become a 500."""
    return HttpResponseBadRequest(render_to_string("400.html", site(request)))


def server_error(request):
    """Answer 500 with a page that asks nothing of the database, the session or the request."""
    return HttpResponseServerError(render_to_string("500.html", site(request)))


def csrf_failure(request, reason=""):
    """Answer 403 in our own words when a form comes without a valid CSRF token."""
    return render(request, "403_csrf.html", status=403)
