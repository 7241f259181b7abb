"""The glossary."""

from django.contrib import admin

from articles.admin.naming import KeepsItsName
from articles.models import GlossaryTerm


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(KeepsItsName, admin.ModelAdmin):
    list_display = ["name", "key", "also_called"]
    search_fields = ["name", "key", "also_called", "definition"]
    fields = ["name", "key", "definition", "also_called"]
    prepopulated_fields = {"key": ["name"]}
    name_field = "key"
