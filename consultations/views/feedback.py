"""Hear what a client thought of the consultation: one question, once."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consultations.forms.feedback import FeedbackForm
from consultations.models import FollowUp
from consultations.services.outcomes import answer_feedback
from consultations.views.secret import booking_or_404, secret_page


@secret_page
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request, token):
    """Ask, and store the answer; afterwards only thank."""
    booking = booking_or_404(request, token)
    follow_up = FollowUp.objects.filter(booking=booking).first()
    if follow_up is None:
        raise Http404("nothing to give feedback on")
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer_feedback(booking, form.cleaned_data["was_useful"], now=timezone.now())
        return redirect("consultations:feedback", token)
    context = {"form": form, "token": token, "booking": booking, "is_answered": bool(follow_up.was_useful)}
    return render(request, "consultations/feedback.html", context, status=422 if form.is_bound else 200)
