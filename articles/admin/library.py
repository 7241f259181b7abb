"""Topics and people."""

from django.contrib import admin

from articles.admin.naming import KeepsItsName
from articles.models import Person, Topic


@admin.register(Topic)
class TopicAdmin(KeepsItsName, admin.ModelAdmin):
    list_display = ["name", "shape"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Person)
class PersonAdmin(KeepsItsName, admin.ModelAdmin):
    list_display = ["name", "credentials", "role", "register_number"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
