"""The step before a change of hours is saved: what it would leave outside hours, and what is to become of that."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone

from consultations import wording
from consultations.exceptions import AlreadyBooked, Busy, NotActive, SlotUnavailable, TooLate, Undecided
from consultations.hours import FreeDay
from consultations.services.hours import ASK, GIVE, KEEP, Affected, Change, Outlook, carry_out, try_out

OURS = ("csrfmiddlewaretoken", "save", "edit", "check", "shown", "reason_for_clients")
OTHERS_NOW = "The bookings concerned are not those you were shown: look again. Nothing has been saved yet."
NOT_POSSIBLE = "Something you chose cannot be done any more: look again. Nothing has been saved yet."
BUSY = "Somebody else is changing these hours or a booking in them; nothing was saved. Try again."


class DecisionForm(forms.Form):
    """One choice for each booking that a change leaves outside hours, and what the clients are told of the reason."""

    reason_for_clients = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        help_text="Clients who are asked to move, or given to a colleague, read this in their email. May stay empty.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
    )

    def __init__(self, data, affected: list[Affected]):
        super().__init__(data)
        self.affected = affected
        for one in affected:
            self.fields[f"choice-{one.booking.pk}"] = forms.ChoiceField(
                label="What becomes of it",
                choices=_choices(one),
                widget=forms.RadioSelect,
                error_messages={
                    "required": "Choose what becomes of this booking.",
                    "invalid_choice": "That is not possible any more. Choose again.",
                },
            )

    @property
    def rows(self):
        """Return each booking affected, with its field."""
        return [(one.booking, self[f"choice-{one.booking.pk}"]) for one in self.affected]

    @property
    def choices(self) -> dict[int, str]:
        return {one.booking.pk: self.cleaned_data[f"choice-{one.booking.pk}"] for one in self.affected}


def _choices(one: Affected) -> list[tuple[str, str]]:
    ask = [(ASK, "Ask to move: the client is sent the link to choose another time; until then it stands")]
    give = [(GIVE + person.slug, f"Give it to {person.name}, who is free then; the client is told") for person in one.colleagues]
    return [(KEEP, "Keep: it takes place as booked"), *(ask if one.may_be_asked else []), *give]


def confirm(admin, request, change: Change, *, page: dict, done: str, done_url: str, asks_always: bool):
    """Show what a change would do, or save it once that is decided, and return the response.

    page: title, back_url, and more for the template. asks_always: also when no booking is concerned.
    Raises HoursChanged, for whoever has the form to say so on.
    """
    now = timezone.now()
    try:
        outlook = try_out(change, now=now)
    except Busy:
        messages.warning(request, BUSY)
        return redirect(page["back_url"])
    shown = ",".join(str(one.booking.pk) for one in outlook.affected)
    is_saving = "save" in request.POST or (not asks_always and not outlook.affected)
    form = DecisionForm(request.POST if is_saving else None, outlook.affected)
    warning, status = "", 200
    if is_saving:
        if outlook.affected and not request.user.has_perm("consultations.change_booking"):
            raise PermissionDenied
        if request.POST.get("shown", shown) != shown:
            warning = OTHERS_NOW
        elif form.is_valid():
            warning = _save(request, change, form, now)
            if not warning:
                messages.success(request, done)
                return redirect(done_url)
        status = 422
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "form": form,
        "outlook": outlook,
        "weeks": [(kind, _weeks(days, change)) for kind, days in outlook.free],
        "shown": shown,
        "typed": _typed(request.POST),
        "warning": warning,
        "may_decide": request.user.has_perm("consultations.change_booking"),
        **page,
    }
    return render(request, "admin/consultations/nutritionist/confirm.html", context, status=status)
