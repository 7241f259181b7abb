"""For what services write: the admin only shows it."""

from django.contrib import admin


class ReadOnly:
    """What services write, the admin only shows."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyRows(ReadOnly, admin.TabularInline):
    template = "admin/consultations/rows_inline.html"
