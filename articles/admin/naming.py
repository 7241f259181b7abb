"""Names by which articles, pages and feeds call rows of the library: they stay once something may call them so."""


class KeepsItsName:
    """Lets the field `name_field` be typed until there is something that calls the row by it."""

    name_field = "slug"

    def is_named(self, row) -> bool:
        """Say whether something may call a saved row by its name; unless a subclass can tell, something may."""
        return True

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else super().get_prepopulated_fields(request, obj)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        return [*fields, self.name_field] if obj is not None and self.is_named(obj) else fields
