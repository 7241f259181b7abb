"""Rows below what they belong to."""

from django.contrib import admin

from probio.staff.read_only import ReadOnly


class ReadOnlyRows(ReadOnly, admin.TabularInline):
    template = "admin/consultations/rows_inline.html"
