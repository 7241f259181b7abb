"""Who gives consultations, when and of which types; bookings, which are never added, changed or deleted by hand."""

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import URLField

from consultations.admin.acting import ActsOnBookings
from consultations.admin.answers import ReadsAnswers
from consultations.admin.booking_for import BooksForClients
from consultations.admin.bulk import ActsInBulk
from consultations.admin.diary import ShowsDiary
from consultations.admin.feed import HasFeed
from consultations.admin.fields import TICKED
from consultations.admin.finding import FindsClients
from consultations.admin.hours import HasHours
from consultations.admin.importing import HOURS, NUTRITIONISTS
from consultations.admin.moving import MovesBookings
from consultations.admin.notes import KeepsNotes
from consultations.admin.reports import HasReports
from consultations.admin.rows import ReadOnlyRows
from consultations.admin.story import TellsStory
from consultations.admin.writing import WritesToClients
from consultations.models import (
    Booking,
    Consent,
    NoTimeSuited,
    Nutritionist,
)
from probio.exchange.admin import Exports
from probio.exchange.import_admin import Imports
from probio.staff.read_only import ReadOnly


@admin.register(Nutritionist)
class NutritionistAdmin(Exports, Imports, HasFeed, HasHours, admin.ModelAdmin):
    exports = ("consultations.nutritionists", "consultations.hours")
    importers = (NUTRITIONISTS, HOURS)
    formfield_overrides = {URLField: {"assume_scheme": "https"}, **TICKED}
    list_display = ["name", "credentials", "time_zone", "most_per_day", "is_active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


class ConsentInline(ReadOnlyRows):
    model = Consent
    fields = ["purpose", "channel", "recorded_by", "words", "version", "hash", "granted_at", "withdrawn_at"]
    readonly_fields = ["words", "version", "hash"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("text", "recorded_by")

    def words(self, consent):
        return consent.text.wording

    def version(self, consent):
        return consent.text.version

    @display(description="SHA-256")
    def hash(self, consent):
        return consent.text_id


@admin.register(Booking)
class BookingAdmin(
    *(BooksForClients, TellsStory, KeepsNotes, ReadsAnswers, WritesToClients, MovesBookings, ActsOnBookings),
    *(ActsInBulk, FindsClients, ShowsDiary, HasReports, Exports, ReadOnly, admin.ModelAdmin),
):
    exports = ("consultations.bookings",)
    list_display = ["reference", "starts_at", "client_name", "nutritionist", "status", "client_email"]
    list_filter = ["status", "source", "nutritionist"]
    list_select_related = ["nutritionist"]
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
        "channel",
        "phone",
        "client_time_zone",
        "topic",
        "notes",
        "source",
        "article",
        "respond_by",
        "created_at",
    ]
    inlines = [ConsentInline]


@admin.register(NoTimeSuited)
class NoTimeSuitedAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["on", "consultation_type", "article", "count"]
    list_select_related = ["consultation_type", "article"]
    date_hierarchy = "on"
