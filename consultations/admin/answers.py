"""Read a client's answers, for those permitted, on record; and see who has read which."""

import logging

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from consultations.encryption import DecryptionError
from consultations.models import AnswersLook, Booking, IntakeAnswers
from consultations.services.answers import look_at_answers, may_read_answers
from probio.staff.read_only import ReadOnly

logger = logging.getLogger(__name__)


class ReasonForm(forms.Form):
    why = forms.CharField(
        label="Why do you need to read them?",
        max_length=AnswersLook._meta.get_field("why").max_length,
        help_text="Kept for two years with your name and the time. Leave out what the client told us.",
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
        error_messages={"required": "Say why you need to read the answers."},
    )


class ReadsAnswers:
    """What the page of a booking gains: a button to its answers, for those who may read them."""

    def get_urls(self):
        read = self.admin_site.admin_view(self.read_answers)
        return [path("<int:pk>/answers/", read, name="consultations_booking_answers"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may_read = obj is not None and may_read_answers(obj, request.user)
        context["may_read_answers"] = may_read and IntakeAnswers.objects.filter(booking=obj).exists()
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @method_decorator(sensitive_post_parameters())
    @method_decorator(sensitive_variables())
    def read_answers(self, request, pk):
        """Ask for the reason; sent back with one, show the answers after writing down who looked. Never stored."""
        booking = get_object_or_404(Booking.objects.select_related("nutritionist"), pk=pk)
        if not may_read_answers(booking, request.user):
            raise PermissionDenied
        form, shown, status = ReasonForm(request.POST if request.method == "POST" else None), None, 200
        try:
            if form.is_valid():
                shown = look_at_answers(booking, by=request.user, why=form.cleaned_data["why"], now=timezone.now())
                self.log_change(request, booking, "Read the client’s answers.")
        except IntakeAnswers.DoesNotExist:
            messages.info(request, "There are no answers to read: the client withdrew them, or their time was over.")
            return redirect("admin:consultations_booking_change", pk)
        except DecryptionError:
            logger.exception("the answers of booking %s cannot be opened", pk)
            form.add_error(None, "No key of this site opens these answers. Tell whoever runs it; nothing was shown.")
            status = 503
        context = {
            **self.admin_site.each_context(request),
            "title": "Read the answers",
            "opts": self.opts,
            "booking": booking,
            "form": form,
            "shown": shown,
        }
        return render(request, "admin/consultations/booking/answers.html", context, status=status)


@admin.register(AnswersLook)
class AnswersLookAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["at", "by", "booking", "why"]
    list_select_related = ["by", "booking"]
    search_fields = ["by__username", "booking__reference"]
    date_hierarchy = "at"
