"""Send the link to a booking to whoever has lost it."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consultations import limits
from consultations.forms.manage import FindForm
from consultations.services.changes import ask_for_link
from probio.clients import client_hash

TOO_OFTEN = "You have tried many times. Wait an hour, then send the form again; it is still filled in."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request):
    """Ask for an address. What is booked with it is looked up when the message is written: the page cannot tell."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    now, email = timezone.now(), form.cleaned_data["email"]
    is_allowed = limits.may_send_form(client_hash(request), is_hurried=False, now=now)
    if not (is_allowed and limits.may_book_for(email, now=now)):
        return _page(request, form, problem=TOO_OFTEN, status=429)
    ask_for_link(email, now=now)
    return redirect("consultations:found")


@require_safe
def found(request):
    """Say what happens next; the same for every address."""
    return render(request, "consultations/found.html")


def _page(request, form, *, problem="", status):
    return render(request, "consultations/find.html", {"form": form, "problem": problem}, status=status)
