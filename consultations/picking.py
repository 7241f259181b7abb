"""Pick a time: what clients' pages and the team's read from a request, and what the picker shows."""

from datetime import date, timedelta

from django.http import Http404
from django.shortcuts import get_object_or_404

from consultations import options, queries, wording
from consultations.models import ConsultationType, SlotClaim
from consultations.options import Choice
from consultations.services.booking import Slot

ALTERNATIVES_SHOWN = 6


def picker(request, consultation_type: ConsultationType, *, now, own: SlotClaim | None, path="") -> dict:
    """Return what the picker shows, for a template that includes it. own: the visitor's claim, open to them alone.

    path: where the picker is, when it is not the public one.
    """
    nutritionists = list(queries.nutritionists_of(consultation_type))
    asked = [one for one in nutritionists if one.slug == request.GET.get("with")] or nutritionists
    asked_slug = asked[0].slug if len(asked) == 1 < len(nutritionists) else None
    choice = choice_of(request, consultation_type, asked_slug, path=path)
    this_week = options.monday_of(choice.day_of(now))
    last_week = options.monday_of(choice.day_of(now + consultation_type.booking_horizon))
    wanted_day = date_in(request, "day")
    wanted_start = date_in(request, "start") or wanted_day or this_week
    first = min(max(options.monday_of(wanted_start), this_week), last_week)
    shown = options.shown_interval(first, choice.zone)
    starts = queries.open_times(consultation_type, asked, shown, now=now, own=own)
    is_shown = own is not None and own.consultation_type_id == consultation_type.pk and own.nutritionist in asked
    own_start = own.starts_at if is_shown else None
    calendar = options.calendar(choice, starts, first, wanted_day, own_start)
    soonest = starts[:1] if first == this_week else []
    if not starts:
        soonest = queries.soonest_times(consultation_type, asked, 1, now=now)
    return {
        "consultation_type": consultation_type,
        "choice": choice,
        "calendar": calendar,
        "soonest": choice.option(soonest[0]) if soonest else None,
        "held": choice.option(own_start) if own_start else None,
        "range_start": first,
        "range_end": first + options.SPAN - timedelta(days=1),
        "earlier_url": choice.times_url(start=max(first - options.SPAN, this_week)) if first > this_week else None,
        "later_url": choice.times_url(start=first + options.SPAN) if first + options.SPAN <= last_week else None,
        "people": _people(choice, nutritionists, first, calendar.chosen.date),
        "zones": wording.zones_offered(choice.zone),
    }


def choice_of(request, consultation_type: ConsultationType, nutritionist: str | None, *, path: str = "") -> Choice:
    """Return the choice that a page's parameters (or a form's fields) make, without what is no zone or source.

    path: where the picker is, when it is not the public one.
    """
    given = request.POST if request.method == "POST" else request.GET
    return Choice(
        consultation_type,
        nutritionist=nutritionist,
        zone=wording.zone_named(given.get("tz", "")),
        article=plain_slug(given.get("from", "")),
        path=path,
    )


def plain_slug(value: str) -> str:
    """Return a value if it could be a slug, else "": whether it is one is asked when it matters."""
    return value if len(value) <= 100 and value.replace("-", "").isalnum() and value.isascii() else ""


def slot_or_404(value: str) -> Slot:
    """Return the slot a signed value stands for. Raises Http404 for what is not ours or cannot be booked any more."""
    try:
        slug, starts_at, nutritionist = options.read_slot(value)
    except options.BadSlot as error:
        raise Http404("not a slot of ours") from error
    consultation_type = get_object_or_404(ConsultationType.objects.active(), slug=slug)
    return Slot(consultation_type, starts_at, nutritionist)


def date_in(request, name: str) -> date | None:
    """Return the date in a query parameter, or None when it is absent or no date."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None


def _people(choice: Choice, nutritionists, first, day) -> list[dict]:
    """Return the filter by nutritionist: anyone first, then each by name."""
    anyone = {"name": "Anyone", "url": choice.times_url(start=first, day=day, **{"with": ""}), "is_chosen": False}
    people = [
        {
            "name": one.name,
            "url": choice.times_url(start=first, day=day, **{"with": one.slug}),
            "is_chosen": one.slug == choice.nutritionist,
        }
        for one in nutritionists
    ]
    anyone["is_chosen"] = choice.nutritionist is None
    return [anyone, *people] if len(people) > 1 else []
