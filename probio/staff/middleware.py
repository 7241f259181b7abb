"""What every page of the admin asks of whoever opens it, beyond Django's own rules."""

import logging
from datetime import timedelta

from allauth.account.authentication import get_authentication_records
from allauth.mfa.signals import authenticator_added
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

IDLE_FOR = timedelta(hours=1)
SIGNED_IN_FOR = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)  # so that not every request writes the session


class GuardStaff:
    """End sessions that were left open, and keep the admin closed to staff without a second factor.

    Looks at the admin's addresses only: no other page may touch the session.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self._admin = reverse("admin:index")
        self._always_open = (reverse("account_login").removesuffix("login/"), reverse("admin:logout"))

    def __call__(self, request):
        if not request.path.startswith(self._admin) or not request.user.is_authenticated:
            return self.get_response(request)
        if _is_too_old(request.session, timezone.now().timestamp()):
            logout(request)
            messages.info(request, "You were signed out after an hour without a click, or after twelve hours in all.")
            return redirect(reverse("account_login"))
        if (
            request.path.startswith(self._always_open)
            or not settings.STAFF_NEED_SECOND_FACTOR
            or _has_two_factors(request)
        ):
            return self.get_response(request)
        messages.warning(request, "The admin opens once you have a second factor. Set up an app or a passkey.")
        return redirect(reverse("mfa_index"))

    def process_view(self, request, view, args, kwargs):
        """Refuse rows that Django's lists would look up unlooked at, and that no form of theirs sends."""
        if request.path.startswith(self._admin):
            chosen = request.POST.getlist("_selected_action")
            if not all(key.isdecimal() for key in chosen):
                raise BadRequest("not from a page of the admin")

    def process_exception(self, request, exception):
        """Say so when sign-ins cannot be counted: without a limit nobody is let in.

        A list asked for a month that ends after the last day there is, or for a NUL, shows all of it, as for any other
        bad filter.
        """
        is_bad_filter = isinstance(exception, OverflowError) or "cannot contain NUL" in str(exception)
        is_list = request.path.startswith(self._admin) and request.method == "GET" and "e" not in request.GET
        if is_bad_filter and is_list:
            return redirect(f"{request.path}?e=1")
        if isinstance(exception, RedisError) and request.path.startswith(self._always_open):
            logger.warning("cache away: nobody can sign in")
            return render(request, "account/unavailable.html", status=503)
        return None


def _is_too_old(session, now: float) -> bool:
    """Return whether a session has ended; note when it was last used. Both times are seconds since 1970."""
    began, seen = session.get("began_at", 0), session.get("seen_at", 0)
    if now - seen > NOTED_EVERY.total_seconds():
        session["seen_at"] = now
    return now - seen > IDLE_FOR.total_seconds() or now - began > SIGNED_IN_FOR.total_seconds()


def _has_two_factors(request) -> bool:
    """Return whether a second factor was used, or set up, in this very session."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records) or request.session.get("has_second_factor", False)


@receiver(user_logged_in)
def note_beginning(request, **kwargs) -> None:
    request.session["began_at"] = request.session["seen_at"] = timezone.now().timestamp()


@receiver(authenticator_added)
def note_second_factor(request, **kwargs) -> None:
    """Open the admin to whoever has just set a second factor up, without signing in anew."""
    request.session["has_second_factor"] = True
