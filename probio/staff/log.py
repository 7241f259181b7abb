"""The log of what the team changed, exported and looked at, in the admin. PostgreSQL refuses to change a line of it."""

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter, display
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html

from probio.exchange.admin import Exports
from probio.exporting import words_of
from probio.staff.read_only import ReadOnly


@admin.register(LogEntry)
class LogAdmin(Exports, ReadOnly, admin.ModelAdmin):
    """Newest first. What a line is about is named without a client's name, so that erasing one leaves it as it is."""

    exports = ("probio.log",)
    list_display = ["action_time", "did", "about", "user", "kind"]
    list_display_links = None
    list_filter = ["action_flag", ("user", RelatedOnlyFieldListFilter), ("content_type", RelatedOnlyFieldListFilter)]
    list_select_related = ["user", "content_type"]
    list_per_page = 50
    search_fields = ["object_repr", "change_message", "user__username"]
    date_hierarchy = "action_time"
    show_full_result_count = False
    fields = ["action_time", "user", "did", "kind", "about"]
    readonly_fields = ["did", "kind", "about"]

    @display(description="what they did")
    def did(self, entry):
        return words_of(entry)

    @display(description="kind", ordering="content_type")
    def kind(self, entry):
        return entry.content_type and entry.content_type.name

    @display(description="about")
    def about(self, entry):
        url = entry.get_admin_url() if entry.object_id and not entry.is_deletion() else None
        return format_html('<a href="{}">{}</a>', url, entry.object_repr) if url else entry.object_repr
