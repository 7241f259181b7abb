"""Internal notes: on the page of a booking, for those who may read or write them."""

import logging
import uuid

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from consultations.encryption import DecryptionError
from consultations.exceptions import Busy, Erased
from consultations.models import Booking
from consultations.services.notes import add_note
from probio.forms import validate_plain_text

logger = logging.getLogger(__name__)


class NoteForm(forms.Form):
    text = forms.CharField(
        label="Note",
        max_length=2000,
        validators=[validate_plain_text],
        help_text="Colleagues who may see notes read it. It cannot be changed afterwards. Leave out health details. "
        "A client who downloads their data is given it too.",
        widget=forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField", "aria-describedby": "id_text_helptext"}),
        error_messages={"required": "Write the note."},
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data=None):
        super().__init__(data, initial={"key": uuid.uuid4()}, use_required_attribute=False)


class KeepsNotes:
    """What the page of a booking gains: its internal notes, and a button to add one."""

    def get_urls(self):
        add = self.admin_site.admin_view(self.add_internal_note)
        return [path("<int:pk>/note/", add, name="consultations_booking_note"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["may_add_note"] = request.user.has_perm("consultations.add_bookingnote") and not obj.redacted_at
            context["may_view_notes"] = request.user.has_perm("consultations.view_bookingnote")
            if context["may_view_notes"]:
                context["notes"] = _notes(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @method_decorator(sensitive_post_parameters())
    @method_decorator(sensitive_variables())
    def add_internal_note(self, request, pk):
        """Ask for a note, and add it."""
        if not request.user.has_perms(["consultations.add_bookingnote", "consultations.view_booking"]):
            raise PermissionDenied
        booking = get_object_or_404(Booking, pk=pk)
        form = NoteForm(request.POST if request.method == "POST" else None)
        status = 422 if form.is_bound else 200
        if form.is_valid():
            try:
                add_note(
                    pk, form.cleaned_data["text"], by=request.user, key=form.cleaned_data["key"], now=timezone.now()
                )
            except Erased:
                messages.warning(request, "This client’s data is erased, so nothing was written about them.")
                return redirect("admin:consultations_booking_change", pk)
            except Busy:
                form.add_error("text", "Somebody else is changing this booking. Press the button once more.")
                status = 503
            else:
                self.log_change(request, booking, "Added an internal note.")
                messages.success(request, "The note is added.")
                return redirect("admin:consultations_booking_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Add an internal note",
            "opts": self.opts,
            "booking": booking,
            "form": form,
        }
        return render(request, "admin/consultations/booking/note.html", context, status=status)


def _notes(booking: Booking) -> list | None:
    """Return the notes, first to last; None when no key opens one, so that the rest of the page still shows."""
    try:
        return list(booking.internal_notes.select_related("author"))
    except DecryptionError:
        logger.exception("the notes of booking %s cannot be opened", booking.pk)
        return None
