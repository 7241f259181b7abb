"""The step before a change of hours is saved: what it would leave outside hours, and what is to become of that."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from consultations.admin.fields import ReasonField
from consultations.exceptions import AlreadyBooked, NotActive, SlotUnavailable, TooLate, Undecided
from consultations.services.hours import ASK, GIVE, KEEP, Affected, Change, Outlook, carry_out, try_out

CHOICE, REST, REASON = "choice-", "for_the_rest", "reason_for_clients"
OURS = ("csrfmiddlewaretoken", "save", "edit", "check", "shown")
MANY = 4  # bookings from which those left are decided together
OTHERS_NOW = "The bookings concerned are not those you were shown: look again. Nothing has been saved yet."
NOT_POSSIBLE = "Something you chose cannot be done any more: look again. Nothing has been saved yet."
BUSY = "Somebody else is changing these hours or a booking in them; nothing was saved. Try again."


class DecisionForm(forms.Form):
    """One choice for each booking that a change leaves outside hours, and what the clients are told of the reason."""

    reason_for_clients = ReasonField(
        help_text="Clients who are asked to move, or given to a colleague, read this in their email. May stay empty."
    )

    def __init__(self, data, affected: list[Affected], *, before=None):
        """data: what was sent to be saved, or None. before: what was chosen before going back to change hours."""
        super().__init__(data and _with_the_rest(data, affected), initial=before and before.dict())
        self.affected = affected
        if len(affected) >= MANY:
            self.fields[REST] = forms.ChoiceField(
                label="All others",
                required=False,
                choices=[("", "Decide one by one"), (KEEP, "Keep them"), (ASK, "Ask them to move, where that can be")],
            )
        for one in affected:
            self.fields[f"{CHOICE}{one.booking.pk}"] = forms.ChoiceField(
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
        return [(one.booking, self[f"{CHOICE}{one.booking.pk}"]) for one in self.affected]

    @property
    def choices(self) -> dict[int, str]:
        return {one.booking.pk: self.cleaned_data[f"{CHOICE}{one.booking.pk}"] for one in self.affected}


def _with_the_rest(data, affected):
    """Return what was sent, with the choice for all others in the place of those that nobody has made."""
    rest = data.get(REST)
    if rest not in (KEEP, ASK) or len(affected) < MANY:
        return data
    left = [f"{CHOICE}{one.booking.pk}" for one in affected if rest == KEEP or one.may_be_asked]
    return MultiValueDict({name: [rest] for name in left} | dict(data.lists()))


def decided(data) -> list[tuple[str, str]]:
    """Return what was chosen on the page of decisions, for a form on the way back to it to send along."""
    return [(name, value) for name, value in data.items() if name.startswith(CHOICE) or name in (REST, REASON)]


def _choices(one: Affected) -> list[tuple[str, str]]:
    ask = [(ASK, "Ask to move: the client is sent the link to choose another time; until then it stands")]
    give = [
        (GIVE + person.slug, f"Give it to {person}, who is free then; the client is told") for person in one.colleagues
    ]
    return [(KEEP, "Keep: it takes place as booked"), *(ask if one.may_be_asked else []), *give]


def confirm(admin, request, change: Change, *, page: dict, done: str, done_url: str, asks_always: bool = True):
    """Show what a change would do, or save it once that is decided, and return the response.

    page: title and back_url. asks_always: also when no booking is concerned; else it is saved at once.
    Raises HoursChanged and Busy, for whoever has the form to say so on.
    """
    now = timezone.now()
    outlook = try_out(change, now=now)
    is_saving = "save" in request.POST or (not asks_always and not outlook.affected)
    form = DecisionForm(request.POST if is_saving else None, outlook.affected, before=request.POST)
    warning = ""
    if is_saving:
        changed, warning = _save(request, change, outlook, form, now)
        if changed is not None:
            admin.log_change(request, changed, _record(form))
            messages.success(request, done)
            return redirect(done_url)
        if warning:
            outlook = try_out(change, now=now)
            form = DecisionForm(request.POST, outlook.affected)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "form": form,
        "free": outlook.free,
        "shown": _shown(outlook),
        "typed": _typed(request.POST),
        "warning": warning,
        "may_decide": not outlook.affected or _may_decide(request.user),
        **page,
    }
    status = 422 if is_saving else 200
    return render(request, "admin/consultations/nutritionist/confirm.html", context, status=status)


def _save(request, change: Change, outlook: Outlook, form: DecisionForm, now):
    """Save what was decided. Return the row changed, or None and a warning, which is "" when the form says why."""
    if outlook.affected and not _may_decide(request.user):
        raise PermissionDenied
    if request.POST.get("shown", "") != _shown(outlook):
        return None, OTHERS_NOW
    if not form.is_valid():
        return None, ""
    reason = form.cleaned_data["reason_for_clients"]
    try:
        return carry_out(change, form.choices, by=request.user, reason=reason, now=now), ""
    except Undecided:
        return None, OTHERS_NOW
    except (TooLate, SlotUnavailable, AlreadyBooked, NotActive):
        return None, NOT_POSSIBLE


def _may_decide(user) -> bool:
    return user.has_perm("consultations.change_booking")


def _shown(outlook: Outlook) -> str:
    """Return what a page was made from: choices hold for these bookings at these times, and no others."""
    return ",".join(f"{one.booking.pk}.{one.booking.starts_at:%Y%m%dT%H%M}" for one in outlook.affected)


def _record(form: DecisionForm) -> str:
    words = {KEEP: "is kept", ASK: "is asked to move"}
    chosen = ((one.booking.reference, form.choices[one.booking.pk]) for one in form.affected)
    decided = [
        f"{reference} {words.get(choice) or f'goes to {choice.removeprefix(GIVE)}'}" for reference, choice in chosen
    ]
    return "; ".join(["Hours changed", *decided])


def _typed(data) -> list[tuple[str, str]]:
    """Return what was posted before, to be posted again with the decision."""
    return [
        (name, value)
        for name, values in data.lists()
        if name not in (*OURS, REST, REASON) and not name.startswith(CHOICE)
        for value in values
    ]
