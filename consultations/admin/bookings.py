"""Who gives consultations, when and of which types; bookings, which are never added, changed or deleted by hand."""

from django.contrib import admin
from django.contrib.admin import display
from django.contrib.auth import get_user_model
from django.db.models import Q, URLField
from django.utils.html import format_html, format_html_join
from phonenumber_field.phonenumber import PhoneNumber

from consultations.admin.acting import ActsOnBookings
from consultations.admin.answers import ReadsAnswers
from consultations.admin.booking_for import BooksForClients
from consultations.admin.bulk import ActsInBulk
from consultations.admin.correcting import CorrectsDetails
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
    Channel,
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
    readonly_fields = ["week"]

    @display(description="hours every week")
    def week(self, nutritionist):
        rules = nutritionist.availability_rules.order_by("weekday", "starts_at")
        if not rules:
            return "none"
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((rule,) for rule in rules)))

    def get_fields(self, request, obj=None):
        """Those who may not change hours see them here."""
        fields = [name for name in super().get_fields(request, obj) if name != "week"]
        return fields if obj is None or self.has_change_permission(request, obj) else [*fields, "week"]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        """Offer as deputies those only who may read answers at all."""
        if db_field.name == "deputies":
            may = Q(groups__permissions__codename="read_answers") | Q(is_superuser=True)
            kwargs["queryset"] = get_user_model().objects.filter(may, is_active=True).distinct()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class ConsentInline(ReadOnlyRows):
    model = Consent
    fields = ["purpose", "channel", "recorded", "words", "version", "granted_at", "withdrawn_at"]
    readonly_fields = ["recorded", "words", "version"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("text", "recorded_by")

    def words(self, consent):
        return consent.text.wording

    def version(self, consent):
        return consent.text.version

    @display(description="recorded by")
    def recorded(self, consent):
        return str(consent.recorded_by or "–")  # no link: accounts are the owner's


@admin.register(Booking)
class BookingAdmin(
    *(BooksForClients, TellsStory, KeepsNotes, ReadsAnswers, WritesToClients, MovesBookings, CorrectsDetails),
    *(ActsOnBookings, ActsInBulk, FindsClients, ShowsDiary, HasReports, Exports, ReadOnly, admin.ModelAdmin),
):
    exports = ("consultations.bookings",)
    list_display = ["reference", "client_name", "starts_at", "nutritionist", "status"]
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
        "write_to",
        "channel",
        "call",
        "meet_at",
        "client_time_zone",
        "topic",
        "notes",
        "source",
        "article",
        "respond_by",
        "created_at",
    ]
    readonly_fields = ["write_to", "call", "meet_at"]
    inlines = [ConsentInline]

    @display(description="client email")
    def write_to(self, booking):
        return format_html('<a href="mailto:{0}">{0}</a>', booking.client_email)

    @display(description="phone")
    def call(self, booking):
        if not booking.phone:
            return "–"
        return format_html(
            '<a href="tel:{}">{}</a>', booking.phone, PhoneNumber.from_string(booking.phone).as_international
        )

    @display(description="video room")
    def meet_at(self, booking):
        url = booking.nutritionist.video_url if booking.channel == Channel.VIDEO else ""
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', url) if url else "–"


@admin.register(NoTimeSuited)
class NoTimeSuitedAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["on", "consultation_type", "article", "count"]
    list_select_related = ["consultation_type", "article"]
    date_hierarchy = "on"
