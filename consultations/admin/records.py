"""What the team looks at and services write: the waiting list, follow-ups, and what was erased or cleared."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone

from consultations.admin.finding import FindsClients
from consultations.admin.rows import ReadOnlyRows
from consultations.exceptions import Busy
from consultations.models import Erasure, FollowUp, RetentionRun, WaitlistEntry, WaitlistOffer, WaitlistState
from consultations.services import waitlist
from probio.exchange.admin import Exports
from probio.staff.read_only import ReadOnly

TAKES_OFF = "consultations.change_waitlistentry"


def _say_not_waiting(request, entry):
    messages.warning(request, f"{entry.client_name} is not waiting: {entry.get_state_display()}. See below.")


class WaitlistOfferInline(ReadOnlyRows):
    model = WaitlistOffer
    verbose_name_plural = "times offered"
    fields = ["claim", "outcome", "made_at", "answered_at"]


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(Exports, FindsClients, ReadOnly, admin.ModelAdmin):
    exports = ("consultations.waiting_list",)
    change_form_template = "admin/consultations/waitlistentry/change_form.html"
    list_display = ["client_name", "client_email", "consultation_type", "state", "joined_at"]
    list_filter = ["state", "consultation_type"]
    list_select_related = ["consultation_type"]
    fields = ["client_name", "client_email", "consultation_type", "days", "times", "state", "booking", "joined_at"]
    readonly_fields = ["days", "times"]
    inlines = [WaitlistOfferInline]

    def get_urls(self):
        view = self.admin_site.admin_view(self.take_off)
        return [path("<int:pk>/take-off/", view, name="consultations_waitlistentry_take_off"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        is_waiting = obj is not None and obj.state == WaitlistState.WAITING
        context["may_take_off"] = is_waiting and request.user.has_perm(TAKES_OFF)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def take_off(self, request, pk):
        """Ask, and take a client who said so off the list."""
        if not request.user.has_perm(TAKES_OFF):
            raise PermissionDenied
        entry = get_object_or_404(WaitlistEntry.objects.select_related("consultation_type"), pk=pk)
        if request.method == "POST":
            self._take_off(request, entry)
        elif entry.state != WaitlistState.WAITING:
            _say_not_waiting(request, entry)
        else:
            context = {**self.admin_site.each_context(request), "title": "Take off the list", "opts": self.opts}
            return render(request, "admin/consultations/waitlistentry/take_off.html", {**context, "entry": entry})
        return redirect("admin:consultations_waitlistentry_change", pk)

    def _take_off(self, request, entry):
        try:
            was_waiting = waitlist.leave(entry.pk, now=timezone.now())
        except Busy:
            messages.warning(request, "Somebody else is changing this entry; try again.")
            return
        if was_waiting:
            self.log_change(request, entry, "Taken off the list.")
            messages.success(request, f"{entry.client_name} is off the list.")
        else:
            entry.refresh_from_db()
            _say_not_waiting(request, entry)

    def days(self, entry):
        return ", ".join(day.label for day in entry.wished_weekdays)

    def times(self, entry):
        return "; ".join(part.label for part in entry.wished_parts)


@admin.register(FollowUp)
class FollowUpAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["booking", "created_at", "was_useful", "answered_at"]
    list_filter = ["was_useful"]
    list_select_related = ["booking"]
    date_hierarchy = "created_at"


@admin.register(Erasure)
class ErasureAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "reference"]
    date_hierarchy = "at"


@admin.register(RetentionRun)
class RetentionRunAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "what", "count"]
    list_filter = ["what"]
    date_hierarchy = "at"
