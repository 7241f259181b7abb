"""The library of references."""

from django.contrib import admin

from articles.models import Reference


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    list_display = ["key", "label", "kind", "doi", "sample"]
    list_filter = ["kind"]
    search_fields = ["key", "doi", "csl__title"]
