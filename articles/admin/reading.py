"""What editors recommend to read next, and what readers said."""

from django.contrib import admin

from articles.models import Feedback, ReadNext
from probio.staff.read_only import ReadOnly


class ReadNextInline(admin.StackedInline):
    model = ReadNext
    fk_name = "article"
    extra = 0
    verbose_name = "article to read next"
    verbose_name_plural = "Read next (live ones are shown, before those found by sources and topic)"


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, admin.ModelAdmin):
    """To read: nobody puts words into readers' mouths."""

    list_display = ["given_at", "article", "was_useful", "words"]
    list_filter = ["was_useful"]
    list_select_related = ["article"]
    search_fields = ["article__slug", "words"]
    date_hierarchy = "given_at"
    fields = list_display
