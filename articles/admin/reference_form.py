"""The form of a reference: the parts of its record in fields, so that nobody has to write JSON."""

import json
import re

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget

from articles.models import Reference
from articles.records import TYPES, date_parts

# field of the form -> field of CSL-JSON, where both are text
TEXTS = {
    "title": "title",
    "container": "container-title",
    "volume": "volume",
    "issue": "issue",
    "page": "page",
    "publisher": "publisher",
    "place": "publisher-place",
    "edition": "edition",
    "url": "URL",
}
PEOPLE = {"authors": "author", "editors": "editor"}
MAX_TEXT = 1000
ONE_A_LINE = "One a line, family name first: “Harper, A.” or “Hill, C., Jr”. An organisation has no comma, or quotes."


class RecordField(forms.JSONField):
    """JSON that a person can read."""

    def prepare_value(self, value):
        if isinstance(value, dict | list):
            return json.dumps(value, ensure_ascii=False, indent=1) if value else ""
        return super().prepare_value(value)


def _text(label, help_text=""):
    return forms.CharField(
        label=label, help_text=help_text, required=False, max_length=MAX_TEXT, widget=AdminTextInputWidget
    )


def _names(label, help_text=ONE_A_LINE):
    widget = AdminTextareaWidget(attrs={"rows": 4})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)


class ReferenceForm(forms.ModelForm):
    source_type = forms.ChoiceField(label="Type", choices=[("", "---------"), *((row.csl, row.words) for row in TYPES)])
    title = forms.CharField(
        label="Title",
        max_length=MAX_TEXT,
        widget=AdminTextareaWidget(attrs={"rows": 2}),
        help_text="Genus and species between &lt;i&gt; and &lt;/i&gt;.",
    )
    authors = _names("Authors")
    editors = _names("Editors")
    issued = _text("Date", "2021, 2021-05 or 2021-05-03.")
    container = _text("Journal or book", "In which it appeared.")
    volume = _text("Volume")
    issue = _text("Issue")
    page = _text("Pages", "698-706, or the number of the article.")
    publisher = _text("Publisher")
    place = _text("Place of publication")
    edition = _text("Edition")
    url = _text("Web address", "If it has no DOI.")
    csl = RecordField(
        label="Other fields",
        required=False,
        widget=AdminTextareaWidget(attrs={"rows": 4}),
        help_text="What the record has besides, as CSL-JSON. Leave it as it is unless you know the format.",
    )

    class Meta:
        model = Reference
        fields = [
            *("csl", "key", "doi", "pmid", "kind", "sample", "funding", "summary"),
            *("retraction_state", "notice_doi"),
        ]
        widgets = {name: AdminTextareaWidget(attrs={"rows": 2}) for name in ("sample", "funding", "summary")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        csl = self.initial.get("csl")
        if isinstance(csl, dict):
            known = self.fields["source_type"].choices
            if csl.get("type") and csl["type"] not in dict(known):
                self.fields["source_type"].choices = [*known, (csl["type"], csl["type"])]
            self.initial |= _in_fields(csl)

    def clean_title(self):
        return " ".join(self.cleaned_data["title"].split())

    def clean_authors(self):
        return _people(self.cleaned_data["authors"])

    def clean_editors(self):
        return _people(self.cleaned_data["editors"])

    def clean_issued(self):
        typed = self.cleaned_data["issued"]
        parts = date_parts(typed)
        if typed and typed != _date_in_words(parts):
            raise forms.ValidationError("Write the date as 2021, 2021-05 or 2021-05-03.")
        return parts

    def clean_csl(self):
        other = self.cleaned_data["csl"] or {}
        if not isinstance(other, dict):
            raise forms.ValidationError('Other fields look like {"genre": "Preprint"}.')
        return other

    def clean(self):
        """Put the record together. What the fields say wins over what is among the others."""
        cleaned = super().clean()
        if "csl" in cleaned:
            typed = {"type": cleaned.get("source_type")}
            typed |= {variable: cleaned.get(name) for name, variable in (*TEXTS.items(), *PEOPLE.items())}
            if cleaned.get("issued"):
                typed["issued"] = {"date-parts": [cleaned["issued"]]}
            cleaned["csl"] |= {variable: value for variable, value in typed.items() if value}
        return cleaned

    def _post_clean(self):
        if not {"source_type", "title", "csl"} & self.errors.keys():
            super()._post_clean()  # without them the model would only say so again


def _in_fields(csl) -> dict:
    """Return the values of the form for a record; what does not fit a field stays under "csl"."""
    rest, values = dict(csl), {"source_type": csl.get("type")}
    rest.pop("type", None)
    for name, variable in TEXTS.items():
        if isinstance(rest.get(variable), str | int):
            values[name] = str(rest.pop(variable))
    for name, role in PEOPLE.items():
        if isinstance(rest.get(role), list) and all(isinstance(person, dict) for person in rest[role]):
            values[name] = "\n".join(_line(person) for person in rest.pop(role))
    dates = rest["issued"].get("date-parts") if isinstance(rest.get("issued"), dict) else None
    if isinstance(dates, list) and len(dates) == 1 and isinstance(dates[0], list):
        values["issued"] = "-".join(str(part).zfill(2) for part in dates[0])
        del rest["issued"]
    return {**values, "csl": rest}


def _line(person) -> str:
    """Return a name as the form has it: the inverse of _people."""
    particles = (person.get(part, "") for part in ("dropping-particle", "non-dropping-particle", "family"))
    family = " ".join(part for part in particles if part)
    if not family:
        name = person.get("literal", "")
        return f'"{name}"' if "," in name else name
    return ", ".join([family, person.get("given", ""), *filter(None, [person.get("suffix")])])


def _people(text) -> list[dict]:
    people = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        organisation = re.fullmatch(r'["“](.+)["”]', line)
        family, *others = (part.strip() for part in line.split(","))
        if organisation or not others:
            people.append({"literal": organisation[1] if organisation else line})
            continue
        name = {"family": family, "given": others[0], "suffix": ", ".join(others[1:])}
        people.append({part: value for part, value in name.items() if value})
    return people


def _date_in_words(parts) -> str:
    return "-".join(str(part).zfill(2) for part in parts)
