"""Reports, as a page of the bookings' admin: tables with their drawings, and each as CSV."""

import csv
from datetime import date, timedelta

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe

from consultations import wording
from consultations.reports import REPORTS, within
from probio.exchange.cells import harmless

LONGEST = timedelta(days=5 * 366)
SHOWN_FIRST = timedelta(weeks=12)


class RangeForm(forms.Form):
    """The days asked about, both included."""

    since = forms.DateField(label="From", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    until = forms.DateField(label="to", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def clean(self):
        cleaned = super().clean()
        for name in ("since", "until"):
            if cleaned.get(name) and not date(2000, 1, 1) <= cleaned[name] <= date(2999, 1, 1):
                self.add_error(name, "There are no consultations that far away.")
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and not since <= until <= since + LONGEST:
            self.add_error("until", "The last day comes after the first, and five years at most.")
        return cleaned


class HasReports:
    """What the bookings gain: `reports/`, with ?since= and ?until= (dates), and `reports/<report>.csv`."""

    def get_urls(self):
        page, table = (self.admin_site.admin_view(view) for view in (self.reports, self.report_csv))
        return [
            path("reports/", page, name="consultations_booking_reports"),
            path("reports/<slug:slug>.csv", table, name="consultations_booking_report_csv"),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def reports(self, request):
        """Show every report for the days asked about."""
        form, days = self._days(request)
        context = {
            **self.admin_site.each_context(request),
            "title": "Reports",
            "opts": self.opts,
            "form": form,
            "reports": [(report, report.ask(days)) for report in REPORTS] if days else [],
        }
        return render(request, "admin/consultations/booking/reports.html", context, status=200 if days else 422)

    @method_decorator(require_safe)
    def report_csv(self, request, slug):
        """Give one report as CSV that no spreadsheet takes for formulas."""
        report = next((one for one in REPORTS if one.slug == slug), None)
        _, days = self._days(request)
        if report is None or days is None:
            raise Http404("no such report")
        table = report.ask(days)
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{slug}.csv"'
        writer = csv.writer(response)
        writer.writerow(table.columns)
        writer.writerows([harmless(str(value)) for value in row] for row in table.rows)
        return response

    def _days(self, request):
        """Return the form of the days asked about, and their interval, or None when they make no sense."""
        if not request.user.has_perm("consultations.view_reports"):
            raise PermissionDenied
        today = wording.local(timezone.now()).date()
        sunday = today + timedelta(days=6 - today.weekday())
        asked = {"since": today - SHOWN_FIRST, "until": sunday, **request.GET.dict()}
        form = RangeForm(asked)
        return form, within(form.cleaned_data["since"], form.cleaned_data["until"]) if form.is_valid() else None
