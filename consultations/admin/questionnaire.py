"""The questions before a consultation: edited in a list, looked at as clients see them, published as a version."""

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from consultations import consents
from consultations.forms.intake import AnswersForm
from consultations.models import IntakeQuestion, QuestionnaireVersion
from consultations.services.questionnaire import (
    NothingToPublish,
    draft_questionnaire,
    is_published,
    publish_questionnaire,
)
from probio.staff.read_only import ReadOnly


class RowForm(forms.ModelForm):
    """A question's row in the list: its boxes have the heading of their column only, so each says its question."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, words in (("position", "Position of"), ("is_active", "Ask")):
            self.fields[name].widget.attrs["aria-label"] = f"{words} “{self.instance.question}”"


@admin.register(IntakeQuestion)
class IntakeQuestionAdmin(admin.ModelAdmin):
    list_display = ["question", "kind", "position", "is_active"]
    list_editable = ["position", "is_active"]
    search_fields = ["question"]

    def get_changelist_form(self, request, **kwargs):
        return super().get_changelist_form(request, **{"form": RowForm, **kwargs})

    def get_urls(self):
        preview = self.admin_site.admin_view(self.preview)
        return [path("preview/", preview, name="consultations_intakequestion_preview"), *super().get_urls()]

    def preview(self, request):
        """Show the edited questions as clients would see them; publish them when the button there is pressed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._publish(request)
        draft = draft_questionnaire()
        context = {
            "form": AnswersForm(version=draft, agreement=consents.health(settings.ANSWERS_KEPT_DAYS)),
            "number": draft.number,
            "has_questions": bool(draft.questions),
            "is_published": is_published(draft),
            "may_publish": self._may_publish(request),
            "editor_url": reverse("admin:consultations_intakequestion_changelist"),
        }
        return render(request, "admin/consultations/intakequestion/preview.html", context)

    def _publish(self, request):
        if not self._may_publish(request):
            raise PermissionDenied
        try:
            version = publish_questionnaire(by=request.user, now=timezone.now())
        except NothingToPublish:
            messages.info(request, "Clients are asked these questions already; nothing was published.")
        else:
            self.log_addition(request, version, "Published.")
            messages.success(request, f"Published version {version.number}. Clients are asked it from now on.")
        return redirect("admin:consultations_intakequestion_changelist")

    def _may_publish(self, request):
        return request.user.has_perm("consultations.add_questionnaireversion")


@admin.register(QuestionnaireVersion)
class QuestionnaireVersionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["number", "published_at", "published_by"]
    list_select_related = ["published_by"]
    fields = ["number", "published_at", "published_by", "as_asked"]
    readonly_fields = ["as_asked"]

    @display(description="questions")
    def as_asked(self, version):
        rows = ((one.question, one.help_text, one.kind_label, " / ".join(one.options)) for one in version.asked)
        return format_html("<ol>{}</ol>", format_html_join("", "<li><b>{}</b> {} ({}) {}</li>", rows))
