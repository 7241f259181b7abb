"""Topics and people."""

from django.contrib import admin

from articles.models import Person, Topic


class KeepsAddress:
    """The address of what has been saved stays: pages, feeds and other sites lead there."""

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request, obj=None):
        return ["slug"] if obj else []


@admin.register(Topic)
class TopicAdmin(KeepsAddress, admin.ModelAdmin):
    list_display = ["name", "shape"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Person)
class PersonAdmin(KeepsAddress, admin.ModelAdmin):
    list_display = ["name", "credentials", "role", "register_number"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
