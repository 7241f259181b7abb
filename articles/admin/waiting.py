"""Lists of what waits for an editor, to which the start page leads."""

from django.contrib.admin import SimpleListFilter
from django.utils import timezone

from articles import waiting


class _Waits(SimpleListFilter):
    """The rows of one of the sets in articles/waiting.py, named in the address as ?waits=…"""

    title = "what waits"
    parameter_name = "waits"
    choices_offered = ()

    def lookups(self, request, model_admin):
        return self.choices_offered

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(pk__in=waiting.SETS[self.value()](timezone.now()).values("pk"))


class ArticlesWait(_Waits):
    choices_offered = (("review", "due for review"), ("draft", "draft that nobody has reviewed"))


class ReferencesWait(_Waits):
    choices_offered = (("retracted", "retracted, cited in a live article"),)


class FiguresWait(_Waits):
    choices_offered = (("figure", "images missing"),)
