"""A client's answers to the questions before a consultation, behind the link of the booking: give, change, withdraw.

What is typed here is shown in no error report and in no log.
"""

import logging

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from consultations import consents, wording
from consultations.encryption import DecryptionError
from consultations.exceptions import Busy, NotActive
from consultations.forms.intake import AnswersForm
from consultations.models import Booking, ConsentChannel, IntakeAnswers, QuestionnaireVersion
from consultations.services.answers import give_answers, withdraw_answers
from consultations.views.secret import booking_or_404, secret_page

logger = logging.getLogger(__name__)

BUSY = "This booking is being changed at this moment. Nothing is lost: press the button once more."
NOT_WANTED = "This consultation is over or cancelled, so your answers were not stored."


@secret_page
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request, token):
    """Show the questions with what was answered before, and store the answers together with the consent to that."""
    booking = booking_or_404(request, token)
    agreement = consents.health(settings.ANSWERS_KEPT_DAYS)
    if request.method != "POST":
        version = QuestionnaireVersion.objects.first()
        form = AnswersForm(version=version, agreement=agreement, given=_given(booking)) if version else None
        return _page(request, token, booking, form)
    version = _version_asked(request.POST.get("version", ""))
    if version is None:
        return _page(request, token, booking, None)
    form = AnswersForm(request.POST, version=version, agreement=agreement)
    if not form.is_valid():
        return _page(request, token, booking, form, status=422)
    how = {"version": version, "agreed": agreement, "channel": ConsentChannel.MANAGE_LINK, "now": timezone.now()}
    try:
        give_answers(booking, form.answers, **how)
    except NotActive:
        messages.info(request, NOT_WANTED)
        return redirect("consultations:manage", token)
    except Busy:
        form.add_error(None, BUSY)
        return _page(request, token, booking, form, status=503)
    messages.success(request, "Your answers are stored. You can change them or take them back here at any time.")
    return redirect("consultations:answers", token)


@secret_page
@require_POST
def withdraw(request, token):
    """Erase the answers and withdraw the consent to keep them."""
    booking = booking_or_404(request, token)
    try:
        withdraw_answers(booking, now=timezone.now())
    except Busy:
        messages.info(request, BUSY)
    else:
        messages.success(request, "Your answers are erased. Your booking stands as it was.")
    return redirect("consultations:answers", token)


def _version_asked(number: str) -> QuestionnaireVersion | None:
    """Return the version a form came from; the newest when the form does not say."""
    versions = QuestionnaireVersion.objects.all()
    asked = (
        versions.filter(number=number).first() if number.isascii() and number.isdigit() and len(number) < 9 else None
    )
    return asked or versions.first()


@sensitive_variables()
def _given(booking: Booking) -> dict:
    """Return what the client answered before; nothing when no key opens it, so that they can answer anew."""
    try:
        given = IntakeAnswers.objects.filter(booking=booking).first()
    except DecryptionError:
        logger.exception("the answers of booking %s cannot be opened", booking.pk)
        return {}
    return given.answers if given else {}


def _page(request, token, booking, form, *, status=200):
    now, given = timezone.now(), IntakeAnswers.objects.defer("answers").filter(booking=booking).first()
    context = {
        **wording.booking_words(booking),
        "token": token,
        "form": form if form is not None and form.asked else None,
        "is_wanted": booking.is_active and now < booking.ends_at,
        "given_on": wording.date_label(given.changed_at) if given else "",
        "deleted_on": wording.date_label(booking.ends_at + given.kept_for) if given else "",
    }
    return render(request, "consultations/answers.html", context, status=status)
