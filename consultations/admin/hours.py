"""When somebody works, and everybody's time off, as pages of the admin: decided about before it is saved."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone

from consultations.admin.deciding import BUSY, confirm, decided
from consultations.exceptions import Busy, HoursChanged
from consultations.forms.hours import HoursForm, validate_year, with_another
from consultations.hours import hours_of
from consultations.models import Nutritionist, TimeOff
from consultations.services.hours import Activity, NewHours, NewTimeOff
from probio.staff.inputs import TimeInput

CHANGED = (
    "A colleague has changed these hours since you opened this page. What you typed is below and nothing is saved."
)


class HasHours:
    """What the page of a nutritionist gains: buttons to their hours, and to begin or stop to offer times."""

    def get_urls(self):
        hours, active = (self.admin_site.admin_view(view) for view in (self.hours, self.active))
        return [
            path("<int:pk>/hours/", hours, name="consultations_nutritionist_hours"),
            path("<int:pk>/activate/", active, {"is_active": True}, name="consultations_nutritionist_activate"),
            path("<int:pk>/deactivate/", active, {"is_active": False}, name="consultations_nutritionist_deactivate"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request, obj=None):
        """Leave out of the form what may strand bookings once there can be any."""
        return [*super().get_readonly_fields(request, obj), *(["time_zone", "is_active"] if obj else [])]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["may_change_hours"] = obj is not None and self.has_change_permission(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def hours(self, request, pk):
        """Show all of somebody's hours as one form, and what follows from changing them before they are saved."""
        person = self._changeable(request, pk)
        stored = hours_of(person, timezone.now())
        posted = request.POST if request.method == "POST" else None
        if posted is not None and "add" in posted:
            posted = with_another(posted, posted["add"])
        form = HoursForm(posted, stored)
        warning, is_refused = "", False
        if posted is not None and not {"add", "edit"} & posted.keys():
            is_refused = True
            if form.is_valid():
                try:
                    return confirm(
                        self,
                        request,
                        NewHours(person.pk, form.hours, form.seen),
                        page={"title": f"Before the hours of {person} change", "back_url": request.path},
                        done=f"The hours of {person} are saved.",
                        done_url=request.path,
                    )
                except HoursChanged:
                    warning = CHANGED
                except Busy:
                    warning = BUSY
        context = {
            **self.admin_site.each_context(request),
            "title": f"Hours of {person}",
            "opts": self.opts,
            "nutritionist": person,
            "form": form,
            "errors": is_refused and not form.is_valid(),
            "warning": warning,
            "decided": decided(request.POST),
        }
        status = 422 if is_refused else 200
        return render(request, "admin/consultations/nutritionist/hours.html", context, status=status)

    def active(self, request, pk, is_active):
        """Ask what becomes of somebody's bookings before they offer no times any more, or begin to again."""
        person = self._changeable(request, pk)
        back = reverse("admin:consultations_nutritionist_change", args=[pk])
        page = {"title": f"{person} offers {'times again' if is_active else 'no times any more'}", "back_url": back}
        done = f"{person} is {'active' if is_active else 'inactive'} now."
        try:
            return confirm(self, request, Activity(pk, is_active), page=page, done=done, done_url=back)
        except Busy:
            messages.warning(request, BUSY)
            return redirect(back)

    def _changeable(self, request, pk) -> Nutritionist:
        person = get_object_or_404(Nutritionist, pk=pk)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        return person


class TimeOffForm(forms.ModelForm):
    class Meta:
        field_classes = {"starts_at": forms.DateTimeField, "ends_at": forms.DateTimeField}
        widgets = {"starts_at": TimeInput, "ends_at": TimeInput}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"starts_at", "ends_at"} & self.fields.keys():
            self.fields[name].validators.append(validate_year)

    def clean(self):
        values = super().clean()
        if "edit" in self.data:  # back from the page of decisions: shown with what was typed
            raise ValidationError("Nothing has been saved yet.")
        return values


@admin.register(TimeOff)
class TimeOffAdmin(admin.ModelAdmin):
    form = TimeOffForm
    list_display = ["starts_at", "who", "reason", "ends_at", "applies"]
    list_filter = ["applies", "nutritionist"]
    list_select_related = ["nutritionist"]
    date_hierarchy = "starts_at"

    @display(description="who", ordering="nutritionist")
    def who(self, time_off):
        return time_off.nutritionist or "everybody"

    def render_change_form(self, request, context, *args, **kwargs):
        return super().render_change_form(request, context | {"decided": decided(request.POST)}, *args, **kwargs)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Save by way of the page of decisions; everything else is Django's."""
        row = self.get_object(request, object_id) if object_id else None
        is_allowed = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        if request.method == "POST" and is_allowed and bool(row) == bool(object_id):
            form = self.get_form(request, row, change=bool(row))(request.POST, instance=row)
            if form.is_valid():
                response = self._decide(request, form.save(commit=False))
                if response is not None:
                    return response
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _decide(self, request, row):
        """Return the response, or None when somebody is in the way and the form has to be shown again."""
        page = {"title": "Before this time off is saved", "back_url": request.path}
        done_url = reverse("admin:consultations_timeoff_changelist")
        change = NewTimeOff(row)
        try:
            return confirm(
                self, request, change, page=page, done="The time off is saved.", done_url=done_url, asks_always=False
            )
        except Busy:
            messages.warning(request, BUSY)
            request.POST = request.POST.copy()
            request.POST["edit"] = ""
            return None
