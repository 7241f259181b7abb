"""What of the site itself can be exported."""

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry

from probio.exchange.sources import Source, offer

_SILENT = {ADDITION: "Added.", CHANGE: "Saved without a change.", DELETION: "Deleted."}


def words_of(entry: LogEntry) -> str:
    """Return what a line of the log says was done; of what Django leaves without words too."""
    return entry.get_change_message() or _SILENT[entry.action_flag]


LOG = offer(
    Source(
        name="probio.log",
        title="Log of the team",
        rows=lambda: LogEntry.objects.select_related("user", "content_type").order_by("-action_time", "-pk"),
        columns={
            "when": lambda entry: entry.action_time,
            "who": lambda entry: entry.user.get_username(),
            "what they did": words_of,
            "kind": lambda entry: entry.content_type.name if entry.content_type else "",
            "about": lambda entry: entry.object_repr,
        },
        permissions=("admin.view_logentry",),
    )
)
