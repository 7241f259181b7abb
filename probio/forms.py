"""What the forms on our pages share: their fields and errors look and sound alike."""

import unicodedata

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import Jinja2
from django.templatetags.static import static


def validate_plain_text(value):
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t" for character in value):
        raise ValidationError("Leave out control characters")


class PageForm(forms.Form):
    """A form inside a form element of its page, which has the buttons; errors are said by us, not by the browser."""

    # By an engine that is several times as fast: Django's own widgets, and our fields around them.
    default_renderer = Jinja2()
    template_name = "probio/fields.html"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False

    def get_context(self):
        return {"form": self, "sprite": static("img/sprite.svg")}
