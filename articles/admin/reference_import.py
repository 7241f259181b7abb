"""References from a CSV, through the form of a reference and the door for records (`articles.importing`)."""

import json

from django import forms

from articles.admin.reference_form import PEOPLE, TEXTS, ReferenceForm
from articles.bibliography import RecordError
from articles.identifiers import normalise_doi, normalise_pmid
from articles.importing import propose_key, read_record
from articles.models import Reference, RetractionState
from probio.exchange.importing import Importer


class ImportedReferenceForm(ReferenceForm):
    """The form of a reference whose record passes the same door as one that is pasted."""

    key = forms.CharField(required=False)

    def __init__(self, *args, taken, **kwargs):
        super().__init__(*args, **kwargs)
        self.taken = taken

    def clean_retraction_state(self):
        return self.cleaned_data["retraction_state"] or RetractionState.NONE

    def clean(self):
        cleaned = super().clean()
        if not {"source_type", "title", "csl"} & self.errors.keys():
            try:
                cleaned["csl"] = read_record(json.dumps(cleaned["csl"])).csl
            except RecordError as error:
                raise forms.ValidationError(str(error)) from error
            cleaned["key"] = cleaned.get("key") or propose_key(cleaned["csl"], self.taken)
            self.taken.add(cleaned["key"])
        return cleaned


def _find():
    """Find the reference of the same key, or else of the same DOI, or else of the same PMID."""
    rows = list(Reference.objects.all())
    known = {"key": {}, "doi": {}, "pmid": {}}
    for row in rows:
        for name, by in known.items():
            by[getattr(row, name)] = row

    def find(cells):
        if cells.get("key"):
            return known["key"].get(cells["key"])
        doi, pmid = normalise_doi(cells.get("doi", "")), normalise_pmid(cells.get("pmid", ""))
        return (doi and known["doi"].get(doi)) or (pmid and known["pmid"].get(pmid)) or None

    return find


REFERENCES = Importer(
    slug="references",
    title="references",
    form=ImportedReferenceForm,
    columns={
        **{"key": "key", "doi": "doi", "pmid": "pmid", "type": "source_type", "date": "issued"},
        **{name: name for name in (*TEXTS, *PEOPLE)},
        **{"kind of study": "kind", "sample": "sample", "funding": "funding", "summary": "summary"},
        **{"retraction state": "retraction_state", "notice doi": "notice_doi"},
    },
    needed=("title",),
    permissions=("articles.add_reference", "articles.change_reference"),
    find=_find,
    once=(("key",), ("doi",), ("pmid",)),
    shared=lambda: {"taken": set(Reference.objects.values_list("key", flat=True))},
    most_lines=300,  # each is printed by two styles before it is believed, which takes some 20 ms
)
