"""The library of references: pasted, looked up or typed, and watched for retractions."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html

from articles import crossref
from articles.admin.naming import KeepsItsName
from articles.admin.reference_form import ReferenceForm
from articles.admin.reference_import import REFERENCES
from articles.admin.waiting import ReferencesWait
from articles.bibliography import RecordError, format_harvard, format_reference
from articles.crossref import CrossrefError
from articles.importing import pasted_doi, propose_key, read_record
from articles.models import Reference, RetractionState
from articles.records import without_markup
from articles.uses import uses_of
from probio.exchange.admin import Exports
from probio.exchange.import_admin import Imports

FOUND = "found_reference"  # in the session: what was pasted, until it is saved


class PasteForm(forms.Form):
    """A DOI or a record, and what it turns out to be: `found`, the first values of the form of a reference."""

    pasted = forms.CharField(
        label="DOI or record",
        widget=AdminTextareaWidget(attrs={"rows": 12}),
        help_text="A DOI such as 10.1000/xyz123, or one record in BibTeX, RIS or CSL-JSON.",
        error_messages={"required": "Paste a DOI or a record."},
    )

    def clean_pasted(self):
        text = self.cleaned_data["pasted"]
        try:
            self.found = self._looked_up(doi) if (doi := pasted_doi(text)) else self._read(text)
        except (CrossrefError, RecordError) as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def _looked_up(self, doi):
        self._refuse_known(doi=doi)
        work = crossref.look_up(doi)
        about = {"funding": work.funding, "retraction_state": work.retraction_state, "notice_doi": work.notice_doi}
        return self._values(work.record) | about | {"checked_at": timezone.now().isoformat()}

    def _read(self, text):
        record = read_record(text)
        self._refuse_known(doi=record.doi, pmid=record.pmid)
        return self._values(record)

    def _values(self, record):
        key = propose_key(record.csl, set(Reference.objects.values_list("key", flat=True)))
        return {"csl": record.csl, "key": key, "doi": record.doi, "pmid": record.pmid}

    def _refuse_known(self, *, doi, pmid=""):
        for name, value in (("doi", doi), ("pmid", pmid)):
            if value and (known := Reference.objects.filter(**{name: value}).first()):
                url = reverse("admin:articles_reference_change", args=[known.pk])
                raise forms.ValidationError(
                    format_html('The library has this source already: <a href="{}">{}</a>.', url, known)
                )


@admin.register(Reference)
class ReferenceAdmin(KeepsItsName, Exports, Imports, admin.ModelAdmin):
    name_field = "key"
    exports = ("articles.references",)
    importers = (REFERENCES,)
    form = ReferenceForm
    list_display = ["key", "state", "label", "kind", "doi", "checked_at"]
    list_filter = [ReferencesWait, "retraction_state", "kind"]
    search_fields = ["key", "doi", "pmid", "csl__title"]
    readonly_fields = ["checked_at", "printed", "where_used"]
    change_list_template = "admin/articles/reference_change_list.html"

    class Media:
        css = {"all": ["css/admin-references.css"]}

    def get_fieldsets(self, request, obj=None):
        names = ["source_type", "title", "authors", "editors", "issued", "container", "volume", "issue", "page"]
        names += ["publisher", "place", "edition", "url"]
        fieldsets = [
            ("The source", {"fields": names}),
            ("How it is found", {"fields": ["key", "doi", "pmid"]}),
            ("What readers are told", {"fields": ["kind", "sample", "funding", "summary"]}),
            ("What became of it since", {"fields": ["retraction_state", "notice_doi"]}),
            ("The rest of the record", {"fields": ["csl"]}),
        ]
        in_use = ("In use", {"fields": ["printed", "where_used", "checked_at"]})
        return [in_use, *fieldsets] if obj is not None else fieldsets

    def is_named(self, row):
        return row.citations.exists()

    def get_urls(self):
        return [
            path("paste/", self.admin_site.admin_view(self.paste), name="articles_reference_paste"),
            *super().get_urls(),
        ]

    @display(description="state", ordering="retraction_state", empty_value="–")
    def state(self, reference):
        state = RetractionState(reference.retraction_state)
        if state == RetractionState.NONE:
            return None
        return format_html('<strong class="source-state source-{}">{}</strong>', state.value, state.label)

    @display(description="as it is printed")
    def printed(self, reference):
        try:
            texts = [format_reference(reference.csl), format_harvard(reference.csl, doi=reference.doi)]
        except RecordError as error:
            return str(error)
        return render_to_string("admin/articles/_printed.html", {"texts": texts})

    @display(description="where it is used")
    def where_used(self, reference):
        return render_to_string("admin/articles/_uses.html", {"uses": uses_of(reference)})

    def paste(self, request):
        """Read a DOI or a record that somebody pasted, and open the form filled with it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PasteForm(request.POST or None)
        if form.is_valid():
            request.session[FOUND] = form.found
            title = without_markup(form.found["csl"]["title"])
            messages.info(request, f"Found “{title}”. Say what kind of study it is, check the rest, and save.")
            if (state := RetractionState(form.found.get("retraction_state", "none"))) != RetractionState.NONE:
                messages.warning(request, f"Crossref says of this source: {state.label.lower()}.")
            return redirect(f"{reverse('admin:articles_reference_add')}?found")
        context = {**self.admin_site.each_context(request), "title": "Add from a DOI or a record", "form": form}
        return render(request, "admin/articles/paste.html", context)

    def get_changeform_initial_data(self, request):
        if "found" in request.GET:
            return request.session.get(FOUND, {})
        return super().get_changeform_initial_data(request)

    def save_model(self, request, obj, form, change):
        if not change:
            found = request.session.pop(FOUND, {})
            if found.get("checked_at") and found["doi"] == obj.doi:
                obj.checked_at = parse_datetime(found["checked_at"])
        super().save_model(request, obj, form, change)
