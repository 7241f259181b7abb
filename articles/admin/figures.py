"""The library of figures."""

from django.contrib import admin

from articles.models import Figure


@admin.register(Figure)
class FigureAdmin(admin.ModelAdmin):
    list_display = ["key", "title", "licence"]
    search_fields = ["key", "title"]
    autocomplete_fields = ["source"]
