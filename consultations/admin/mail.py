"""Outgoing mail: what is owed, what went wrong, what a message looks like, and two buttons."""

import re

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import Truncator
from django.utils.timesince import timesince
from django.views.decorators.http import require_POST, require_safe

from consultations import emails, outbox
from consultations.admin.finding import FindsClients
from consultations.exceptions import NothingToSay, NotSendable
from consultations.models import IN_TROUBLE, UNSENT, Booking, OutgoingEmail, WaitlistEntry, says
from probio.exchange.admin import Exports
from probio.framing import framed_mail, shows_mail
from probio.health import MAIL_IS_STUCK_AFTER
from probio.logs import hide_secret_links
from probio.staff.read_only import ReadOnly

SHOWN_OF_AN_ERROR = 80
_FOLD = re.compile(r"\r?\n[ \t]")  # how calendar files break long lines


class TroubleFilter(admin.SimpleListFilter):
    title = "trouble"
    parameter_name = "trouble"

    def lookups(self, request, model_admin):
        return [("yes", "Stuck, failed or bounced")]

    def queryset(self, request, emails):
        if self.value() != "yes":
            return emails
        stuck_since = timezone.now() - MAIL_IS_STUCK_AFTER
        return emails.filter(Q(state__in=IN_TROUBLE) | Q(state__in=UNSENT, due_at__lte=stuck_since))


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(Exports, FindsClients, ReadOnly, admin.ModelAdmin):
    exports = ("consultations.mail",)
    list_display = ["kind", "to", "state", "due_at", "age", "tries", "error", "reference"]
    list_filter = [TroubleFilter, "state", "kind"]
    list_select_related = ["booking"]
    ordering = ["-due_at", "-pk"]
    date_hierarchy = "due_at"
    fields = [
        *(
            "kind",
            "to",
            "state",
            "booking",
            "entry",
            "nutritionist",
            "due_at",
            "age",
            "tries",
            "next_attempt_at",
            "not_after",
        ),
        *("sent_at", "last_error", "message_id"),
    ]
    readonly_fields = ["age", "tries"]

    def found(self, emails, text):
        """Look each way by an index of its own: for one OR across tables PostgreSQL reads all mail."""
        if not text:
            return emails
        ways = (
            says(text),
            Q(booking__in=Booking.objects.filter(says(text)).order_by()),
            Q(entry__in=WaitlistEntry.objects.filter(says(text)).order_by()),
        )
        one, *others = (OutgoingEmail.objects.filter(way).order_by().values("pk") for way in ways)
        return emails.filter(pk__in=one.union(*others))

    @display(description="waiting for")
    def age(self, email):
        is_waiting = email.state in UNSENT and email.due_at <= timezone.now()
        return timesince(email.due_at) if is_waiting else self.get_empty_value_display()

    @display(description="tries", ordering="attempts")
    def tries(self, email):
        return email.attempts

    @display(description="last error")
    def error(self, email):
        return Truncator(email.last_error).chars(SHOWN_OF_AN_ERROR)

    @display(description="booking", ordering="booking__reference")
    def reference(self, email):
        return email.booking and email.booking.reference

    def get_urls(self):
        views = [("html", self.html), ("send-again", self.send_again), ("give-up", self.give_up)]
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"consultations_outgoingemail_{name}")
            for name, view in views
        ]
        return [*own, *super().get_urls()]

    @method_decorator(shows_mail)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        return super().change_view(request, object_id, form_url, extra_context)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["preview"], context["no_preview"] = _preview(obj)
        context["may_decide"] = self.has_decide_permission(request)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def has_decide_permission(self, request):
        return request.user.has_perm("consultations.change_outgoingemail")

    @method_decorator([require_safe, framed_mail])
    def html(self, request, pk):
        """Give the HTML part by itself, for the frame on the page of a message."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        preview, _ = _preview(get_object_or_404(self.get_queryset(request), pk=pk))
        if preview is None or not preview["html"]:
            raise Http404("no HTML part")
        return HttpResponse(preview["html"])

    @method_decorator(require_POST)
    def send_again(self, request, pk):
        def act():
            outbox.send_again(pk, now=timezone.now())

        return self._decide(request, pk, act, "It is on its way again.", "Sent again.")

    @method_decorator(require_POST)
    def give_up(self, request, pk):
        return self._decide(request, pk, lambda: outbox.give_up(pk), "It will not be sent.", "Given up.")

    def _decide(self, request, pk, act, words, entry):
        if not self.has_decide_permission(request):
            raise PermissionDenied
        email = get_object_or_404(OutgoingEmail, pk=pk)
        try:
            act()
        except NotSendable as error:
            messages.warning(request, f"Nothing was changed: {error}.")
        else:
            self.log_change(request, email, entry)
            messages.success(request, words)
        return redirect("admin:consultations_outgoingemail_change", pk)


def _preview(email: OutgoingEmail):
    """Return the parts of a message as it would leave now, and "" or why there is nothing to show.

    Secret links are cut: whoever has one may act as the client.
    """
    try:
        message = emails.compose(email)
    except NothingToSay:
        return None, "There is nothing to say any more: it would not be sent."
    except Exception as error:  # whatever made the row fail: the page is there to show it
        return None, f"It cannot be composed: {error!r}"
    alternatives = {mimetype.partition(";")[0]: content for content, mimetype in message.alternatives}
    preview = {
        "subject": message.subject,
        "text": hide_secret_links(message.body),
        "html": hide_secret_links(alternatives.get("text/html", "")),
        "calendar": hide_secret_links(_FOLD.sub("", alternatives.get("text/calendar", ""))),
    }
    return preview, ""
