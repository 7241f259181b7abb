"""The diary, as a page of the bookings' admin."""

from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from consultations import wording
from consultations.diary import closings, interval_of, read_page, with_time_off
from consultations.models import Nutritionist

WEEK = 7


class ShowsDiary:
    """What the bookings gain: `diary/`, with ?week= or ?day= (a date) and ?with= (a nutritionist's slug)."""

    def get_urls(self):
        diary = self.admin_site.admin_view(self.diary)
        return [path("diary/", diary, name="consultations_booking_diary"), *super().get_urls()]

    @method_decorator(require_safe)
    def diary(self, request):
        """Show a week, or a day, of everybody or of one nutritionist."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        today = wording.local(now).date()
        is_day = "day" in request.GET
        day = _date(request.GET.get("day") or request.GET.get("week"), today)
        first, days = (day, 1) if is_day else (day - timedelta(days=day.weekday()), WEEK)
        everybody = list(with_time_off(Nutritionist.objects.all(), interval_of(first, days)))
        who = request.GET.get("with", "")
        shown = [one for one in everybody if who in ("", one.slug)]
        if who and not shown:
            raise Http404("no such nutritionist")
        page = read_page(shown, first, days, now=now)
        closed = closings(shown, page.days)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{first:%A} {first.day} {first:%B %Y}" if is_day else f"Week of {first.day} {first:%B %Y}",
            "opts": self.opts,
            "page": page,
            "today": today,
            "zone_label": wording.zone_label(now),
            "is_day": is_day,
            "who": who,
            "earlier_url": _url(is_day, first - timedelta(days=days), who),
            "later_url": _url(is_day, first + timedelta(days=days), who),
            "week_url": _url(False, day, who),
            "day_url": _url(True, today if first <= today < first + timedelta(days=days) else first, who),
            "today_url": _url(is_day, today, who),
            "people": [(one, _url(is_day, day, one.slug), one.slug == who) for one in everybody],
            "everybody_url": _url(is_day, day, ""),
            "days": [(one, _url(True, one, who), closed.get(one, [])) for one in page.days],
        }
        return render(request, "admin/consultations/booking/diary.html", context)


def _date(text, today):
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Http404("not a date") from None
    if not 2000 <= day.year <= 2999:
        raise Http404("not a date of ours")
    return day


def _url(is_day, day, who):
    query = {"day" if is_day else "week": day.isoformat(), **({"with": who} if who else {})}
    return f"{reverse('admin:consultations_booking_diary')}?{urlencode(query)}"
