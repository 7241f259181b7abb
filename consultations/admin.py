"""The nutrition team's view of consultations. Bookings are never added, changed or deleted here by hand."""

from django.contrib import admin

from consultations.models import (
    AvailabilityRule,
    Booking,
    BookingEvent,
    ConsultationType,
    Nutritionist,
    OutgoingEmail,
)


class ReadOnly:
    """What services write, the admin only shows."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyRows(ReadOnly, admin.TabularInline):
    template = "admin/consultations/rows_inline.html"


class AvailabilityRuleInline(admin.TabularInline):
    model = AvailabilityRule
    extra = 0
    verbose_name = "working hours"
    verbose_name_plural = "working hours (local wall time; several a day are fine)"


@admin.register(Nutritionist)
class NutritionistAdmin(admin.ModelAdmin):
    list_display = ["name", "credentials", "time_zone", "is_active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [AvailabilityRuleInline]


@admin.register(ConsultationType)
class ConsultationTypeAdmin(admin.ModelAdmin):
    list_display = ["name", "duration", "buffer", "minimum_notice", "is_active"]
    prepopulated_fields = {"slug": ["name"]}
    filter_horizontal = ["nutritionists"]


class BookingEventInline(ReadOnlyRows):
    model = BookingEvent
    verbose_name_plural = "history"
    fields = ["at", "kind", "actor"]


class OutgoingEmailInline(ReadOnlyRows):
    model = OutgoingEmail
    verbose_name_plural = "mail"
    fields = ["kind", "to", "state", "attempts", "sent_at", "last_error"]
    show_change_link = True


@admin.register(Booking)
class BookingAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["reference", "starts_at", "nutritionist", "client_name", "client_email", "status"]
    list_filter = ["status", "nutritionist"]
    list_select_related = ["nutritionist"]
    search_fields = ["reference", "client_name", "client_email"]
    date_hierarchy = "starts_at"
    fields = [
        "reference",
        "status",
        "starts_at",
        "ends_at",
        "nutritionist",
        "consultation_type",
        "client_name",
        "client_email",
        "created_at",
    ]
    inlines = [BookingEventInline, OutgoingEmailInline]


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["kind", "to", "state", "created_at", "attempts", "sent_at", "last_error"]
    list_filter = ["state", "kind"]
    search_fields = ["to", "booking__reference"]
    list_select_related = ["booking"]
