"""What the team looks at and services write: the waiting list, follow-ups, and what was erased or cleared."""

from django.contrib import admin

from consultations.admin.finding import FindsClients
from consultations.admin.rows import ReadOnlyRows
from consultations.models import Erasure, FollowUp, RetentionRun, WaitlistEntry, WaitlistOffer
from probio.exchange.admin import Exports
from probio.staff.read_only import ReadOnly


class WaitlistOfferInline(ReadOnlyRows):
    model = WaitlistOffer
    verbose_name_plural = "times offered"
    fields = ["claim", "outcome", "made_at", "answered_at"]


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(Exports, FindsClients, ReadOnly, admin.ModelAdmin):
    exports = ("consultations.waiting_list",)
    list_display = ["client_name", "client_email", "consultation_type", "state", "joined_at"]
    list_filter = ["state", "consultation_type"]
    list_select_related = ["consultation_type"]
    fields = ["client_name", "client_email", "consultation_type", "days", "times", "state", "booking", "joined_at"]
    readonly_fields = ["days", "times"]
    inlines = [WaitlistOfferInline]

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
