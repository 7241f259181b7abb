"""Explain the service, show the times, take one."""

from urllib.parse import urlencode

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from consultations import limits, picking, queries, wording
from consultations.counting import count_start
from consultations.exceptions import Busy, SlotUnavailable, TooManyHolds
from consultations.models import ConsultationType, NoTimeSuited
from consultations.options import Choice
from consultations.services.booking import hold_slot
from consultations.views import visit
from probio.clients import client_hash


@require_safe
def index(request):
    """Explain the service, show who gives it and the soonest free times."""
    consultation_type = ConsultationType.objects.active().first()
    if consultation_type is None:
        return render(request, "consultations/closed.html")
    choice = Choice(consultation_type, article=picking.plain_slug(request.GET.get("from", "")))
    nutritionists = list(queries.nutritionists_of(consultation_type))
    soonest = queries.soonest_times(consultation_type, nutritionists, 3, now=timezone.now())
    context = {
        "consultation_type": consultation_type,
        "nutritionists": nutritionists,
        "soonest": [choice.option(start) for start in soonest],
        "times_url": choice.times_url(),
    }
    return render(request, "consultations/index.html", context)


@never_cache
@require_safe
def times(request, slug):
    """Show four weeks from the Monday of `start`, and the times of `day`. Dates nobody can book are put right."""
    consultation_type = get_object_or_404(ConsultationType.objects.active(), slug=slug)
    now = timezone.now()
    hold = visit.own_hold(request, now)
    context = {
        **picking.picker(request, consultation_type, now=now, own=hold),
        "action": reverse("consultations:hold", args=[slug]),
        "hold": hold,
    }
    count_start(request, context["choice"].article)
    return render(request, "consultations/times.html", context)


@require_POST
def hold(request, slug):
    """Hold the time that was pressed and go on to the form; 409 with other times when it is gone."""
    slot = picking.slot_or_404(request.POST.get("slot", ""))
    if slot.consultation_type.slug != slug:
        raise Http404("a slot of another type")
    choice = picking.choice_of(request, slot.consultation_type, slot.nutritionist)
    now, diaries = timezone.now(), None
    who = visit.visit_of(request, choice)
    status, words = 429, "You have tried many times in the last hour. Wait a little, then choose a time again."
    try:
        if limits.may_hold(who.client_hash, now=now):
            claim = hold_slot(slot, who, own=visit.own_hold(request, now), now=now)
            response = redirect("consultations:book", claim.public_id)
            visit.remember_hold(response, claim)
            return response
    except SlotUnavailable as error:
        status, words, diaries = 409, "Somebody has just taken it. The nearest free times are below.", error.diaries
    except TooManyHolds:
        words = "Too many times are being held at once. Wait ten minutes, then choose a time again."
    except Busy:
        status, words = 503, "Many people are booking at the moment. Nothing is lost: press the time once more."
    action = reverse("consultations:hold", args=[slug])
    return refuse(request, choice, slot, action=action, status=status, words=words, diaries=diaries)


@require_POST
def no_time_suited(request, slug):
    """Count that no time suited somebody, and from which article they came, and go on to the waiting list.

    Nothing else is kept of them.
    """
    consultation_type = get_object_or_404(ConsultationType.objects.active(), slug=slug)
    choice = picking.choice_of(request, consultation_type, None)
    if limits.may_hold(client_hash(request), now=timezone.now()):
        row, _ = NoTimeSuited.objects.get_or_create(
            on=wording.local(timezone.now()).date(),
            consultation_type=consultation_type,
            article=visit.visit_of(request, choice).article,
        )
        NoTimeSuited.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return redirect(reverse("consultations:waitlist") + "?" + urlencode({"type": slug, "tz": choice.zone.key}))


def refuse(request, choice, slot, *, action, status, words, diaries=None):
    """Say why a time could not be had and, when somebody else has it, which others are near.

    action: where the buttons of the other times lead. diaries: what was read to find out, if anything.
    """
    nearest = []
    if status == 409:
        eligible = queries.eligible_for(slot.consultation_type, slot.nutritionist)
        nearest = queries.nearest_times(
            slot.consultation_type,
            eligible,
            slot.starts_at,
            picking.ALTERNATIVES_SHOWN,
            now=timezone.now(),
            known=diaries,
        )
    context = {
        "choice": choice,
        "action": action,
        "option": choice.option(slot.starts_at),
        "words": words,
        "alternatives": [choice.option(start) for start in nearest],
        "is_worth_repeating": status == 503,
    }
    return render(request, "consultations/refused.html", context, status=status)
