"""The glossary."""

from django.contrib import admin

from articles.models import GlossaryTerm


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(admin.ModelAdmin):
    list_display = ["name", "key", "also_called"]
    search_fields = ["name", "key", "also_called", "definition"]
    fields = ["name", "key", "definition", "also_called"]
    prepopulated_fields = {"key": ["name"]}

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request, obj=None):
        return ["key"] if obj else []
