"""The one link of a booking: see it, move it, cancel it, correct it. Only a pressed button changes anything."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consultations import limits, links, picking, queries, wording
from consultations.exceptions import AlreadyBooked, Busy, ConsultationError, NotActive, SlotUnavailable, TooLate
from consultations.forms.manage import CancelForm, DetailsForm
from consultations.invites import invite
from consultations.models import Booking, ConsentPurpose, IntakeAnswers, QuestionnaireVersion
from consultations.options import Choice
from consultations.services import changes
from consultations.services.consents import withdraw_consent
from consultations.views.secret import booking_or_404, proven_or_404, secret_page
from consultations.views.times import refuse
from probio.clients import client_hash

NEXT_TIMES_SHOWN = 3
TAKEN = "Somebody has just taken it. The time you had is still yours, and the nearest free times are below."
RESENT = "The confirmation is on its way to {}."
SENT_ALREADY = "We have sent it again to {} today. Look in your junk folder, or write to us."
TOO_OFTEN = "You have tried many times in the last hour. The address stays as it is; try again later."
CHECK_ADDRESS = "We have sent a message to {}. Press the button in it, and the booking moves to that address."
CLOSED = "This booking cannot be changed here any more. This is how it stands."
REFUSALS = (AlreadyBooked, Busy, NotActive, TooLate)


@secret_page
@require_safe
def manage(request, token):
    """Say how a booking stands, and what its client can do about it."""
    booking = booking_or_404(request, token)
    now = timezone.now()
    is_to_come = booking.is_active and now < booking.starts_at
    is_open = is_to_come and now <= booking.changes_close_at
    choice = _choice(booking, token)
    nearest = []
    if is_open and booking.consultation_type.is_active:
        people = queries.eligible_for(booking.consultation_type, booking.nutritionist.slug)
        nearest = queries.soonest_times(booking.consultation_type, people, NEXT_TIMES_SHOWN, now=now)
    context = {
        **wording.booking_words(booking),
        "token": token,
        "state": wording.state_label(booking, now),
        "is_to_come": is_to_come,
        "wants_news": booking.consents.filter(purpose=ConsentPurpose.MARKETING, withdrawn_at=None).exists(),
        "is_open": is_open,
        "has_mail_come_back": is_to_come and booking.emails.has_come_back_from(booking.client_email),
        "closes": wording.full_label(booking.changes_close_at, choice.zone),
        "choice": choice,
        "answers": _answers(booking, is_to_come=is_to_come),
        "nearest": [choice.option(start) for start in nearest],
    }
    return render(request, "consultations/manage.html", context)


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def move(request, token):
    """Show the picker for a booking, and move the booking to the time that was pressed."""
    booking = booking_or_404(request, token)
    if request.method != "POST":
        now, path = timezone.now(), request.path
        if not (booking.is_active and now <= booking.changes_close_at and booking.consultation_type.is_active):
            return _back(request, token, CLOSED)
        context = {
            **picking.picker(request, booking.consultation_type, now=now, own=booking.claim, path=path),
            "action": path,
            "booking": booking,
            "manage_url": reverse("consultations:manage", args=[token]),
        }
        return render(request, "consultations/move.html", context)
    slot = picking.slot_or_404(request.POST.get("slot", ""))
    try:
        moved = changes.move_booking(booking.pk, slot, now=timezone.now())
    except SlotUnavailable as error:
        choice = picking.choice_of(request, booking.consultation_type, slot.nutritionist, path=request.path)
        return refuse(request, choice, slot, action=request.path, status=409, words=TAKEN, diaries=error.diaries)
    except REFUSALS as error:
        return _back(request, token, _words(error))
    zone = wording.zone_named(moved.client_time_zone)
    return _back(request, token, f"Your consultation is now on {wording.full_label(moved.starts_at, zone)}.")


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request, token):
    """Ask whether to cancel, and do it."""
    booking = booking_or_404(request, token)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        now = timezone.now()
        if not booking.is_active or now > booking.changes_close_at:
            return _back(request, token, CLOSED)
        context = {**wording.booking_words(booking), "token": token, "form": form}
        return render(request, "consultations/cancel.html", context, status=422 if form.is_bound else 200)
    try:
        changes.cancel_booking(booking.pk, reason=form.cleaned_data["reason"], now=timezone.now())
    except REFUSALS as error:
        return _back(request, token, _words(error))
    return redirect("consultations:manage", token)


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def details(request, token):
    """Correct name, channel and number; a new address is asked to prove itself first."""
    booking = booking_or_404(request, token)
    form = DetailsForm(request.POST if request.method == "POST" else None, booking=booking)
    if request.method != "POST" or not form.is_valid():
        if not booking.is_active or booking.starts_at <= timezone.now():
            return _back(request, token, CLOSED)
        context = {"booking": booking, "token": token, "form": form}
        return render(request, "consultations/details.html", context, status=422 if form.is_bound else 200)
    now, email = timezone.now(), form.cleaned_data["email"]
    try:
        changes.correct_details(booking.pk, form.details, now=now)
        if email == booking.client_email:
            return _back(request, token, "Your details are up to date.")
        may_write = limits.may_send_form(client_hash(request), is_hurried=False, now=now)
        if not (may_write and limits.may_book_for(email, now=now)):
            return _back(request, token, TOO_OFTEN)
        changes.ask_for_address(booking.pk, email, now=now)
    except REFUSALS as error:
        return _back(request, token, _words(error))
    return _back(request, token, CHECK_ADDRESS.format(email))


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def prove_address(request, token):
    """Ask whoever has the mail sent to a new address whether to use it, and do so."""
    booking = proven_or_404(request, token)
    if request.method != "POST":
        return render(request, "consultations/prove_address.html", wording.booking_words(booking))
    try:
        proven = changes.prove_address(booking.pk, now=timezone.now())
    except REFUSALS as error:  # said here: the booking is not shown to an address that was not taken
        context = {**wording.booking_words(booking), "refusal": _words(error)}
        return render(request, "consultations/prove_address.html", context, status=409)
    messages.info(request, f"From now on we write to {proven.client_email}. Links we sent before have stopped working.")
    return redirect(links.manage_path(proven))


@secret_page
@require_POST
def resend(request, token):
    """Send the confirmation once more."""
    booking = booking_or_404(request, token)
    try:
        is_new = changes.resend_confirmation(booking.pk, now=timezone.now())
    except REFUSALS as error:
        return _back(request, token, _words(error))
    return _back(request, token, (RESENT if is_new else SENT_ALREADY).format(booking.client_email))


@secret_page
@require_POST
def stop_news(request, token):
    """Take back the agreement to be sent news."""
    withdraw_consent(booking_or_404(request, token), ConsentPurpose.MARKETING, now=timezone.now())
    return _back(request, token, "We send you no news any more.")


@secret_page
@require_safe
def calendar(request, token):
    """Give the booking, as it stands, as a calendar file."""
    booking = booking_or_404(request, token)
    response = HttpResponse(invite(booking), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="probio7-consultation.ics"'
    return response


def _back(request, token, words):
    messages.info(request, words)
    return redirect("consultations:manage", token)


def _words(error: ConsultationError) -> str:
    if isinstance(error, AlreadyBooked):
        return "We could not do that. Look at your email: it says why."
    if isinstance(error, Busy):
        return "Somebody else was changing the same times. Nothing is lost: press the button once more."
    return CLOSED


def _choice(booking: Booking, token: str) -> Choice:
    return Choice(
        booking.consultation_type,
        nutritionist=booking.nutritionist.slug,
        zone=wording.zone_named(booking.client_time_zone),
        path=reverse("consultations:move", args=[token]),
    )


def _answers(booking: Booking, *, is_to_come: bool) -> str:
    """Return what the page says of health answers: "given", "asked", or "" when there is nothing to say."""
    if IntakeAnswers.objects.filter(booking=booking).exists():
        return "given"
    newest = QuestionnaireVersion.objects.first() if is_to_come else None
    return "asked" if newest is not None and newest.questions else ""
