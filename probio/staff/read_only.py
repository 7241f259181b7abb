"""For what services write: the admin only shows it."""


class ReadOnly:
    """An admin, or rows in one, in which nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
