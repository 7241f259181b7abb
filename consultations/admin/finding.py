"""Lists in which a client is found by a part of what they are called or reached by."""

from django.contrib.admin.views.main import ChangeList

from consultations.models import says

MOST_FOUND = 1000  # listed: to count what "com" finds would be to read every row
FOUND_A_PAGE = 25  # a row takes about a millisecond to draw


class _FoundList(ChangeList):
    def get_results(self, request):
        """List the first MOST_FOUND of a search. `queryset` stays whole: an export has all that was found."""
        if not self.query:
            return super().get_results(request)
        everything, self.queryset = self.queryset, self.queryset[:MOST_FOUND]
        self.list_per_page = FOUND_A_PAGE
        self.date_hierarchy = None  # reads all that was found once more to tell its years
        super().get_results(request)
        self.queryset = everything
        return None


class FindsClients:
    """A search that PostgreSQL answers from an index, over what `found` looks at."""

    search_fields = ["sought"]  # so that there is a field; found() does the looking
    show_full_result_count = False

    def get_changelist(self, request, **kwargs):
        return _FoundList

    def get_search_results(self, request, queryset, search_term):
        return self.found(queryset, search_term), False

    def found(self, rows, text):
        """Return those of the rows that say all parts of a text; all for none."""
        return rows.filter(says(text))

    def response_action(self, request, queryset):
        """Act on no more than was listed when all that was found is chosen."""
        if request.GET.get("q"):
            queryset = queryset.filter(pk__in=list(queryset.values_list("pk", flat=True)[:MOST_FOUND]))
        return super().response_action(request, queryset)
