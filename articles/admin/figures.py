"""The library of figures: drawings and uploaded images, with their words."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.safestring import mark_safe

from articles import figure_images
from articles.admin.naming import KeepsItsName
from articles.admin.waiting import FiguresWait
from articles.drawing import MAX_CHARACTERS, DrawingError
from articles.figure_html import figure_html
from articles.images import ImageError
from articles.models import Figure, FigureImage, ImageState

ACCEPTED = "image/jpeg,image/png,image/webp,image/avif,image/svg+xml"


class FigureForm(forms.ModelForm):
    """A figure with the file it is made of. A good file is kept when something else in the form is wrong."""

    file = forms.FileField(
        required=False,
        label="Image file",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="JPEG, PNG, WebP or AVIF, best 1440 pixels wide or more, up to 20 MB; or an SVG drawing. "
        "It takes the place of the figure’s image or drawing. Published articles keep theirs until published again.",
    )
    kept = forms.ModelChoiceField(
        FigureImage.objects.all(), to_field_name="digest", required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Figure
        fields = [
            *("key", "kind", "drawing", "alt", "is_decorative", "description", "caption", "note", "legend"),
            *("source", "adaptation", "credit", "licence"),
        ]
        widgets = {
            name: forms.TextInput(attrs={"class": "vLargeTextField"})
            for name in ("alt", "caption", "note", "adaptation", "credit")
        }

    def __init__(self, data=None, files=None, **kwargs):
        if files and (text := _drawing_in(files.get("file"))):
            # As if pasted: checked by the same rules, and still there when something else is wrong.
            data, files = data.copy(), files.copy()
            data["drawing"] = text
            del files["file"]
        super().__init__(data, files, **kwargs)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and _begins_like_xml(file):
            if file.size > MAX_CHARACTERS:
                raise forms.ValidationError(
                    f"The drawing has {filesizeformat(file.size)} and may have {filesizeformat(MAX_CHARACTERS)}: "
                    "simplify it, or save it as PNG."
                )
            raise forms.ValidationError("The drawing is not text in UTF-8. Save it again as plain SVG.")
        try:
            return file and figure_images.keep_upload(file, now=timezone.now())
        except ImageError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        """Settle what the figure shows: the file just given, else the drawing, else what it had."""
        cleaned = super().clean()
        image = cleaned.get("file")
        if not image and not self.data.get("drawing"):
            image = cleaned.get("kept") or self.instance.image
        self.instance.image = image
        if image:
            self._show_kept(image)
            cleaned["drawing"] = ""
        elif not self.data.get("drawing") and "file" not in self.errors:
            self.add_error("file", "Choose a file, or paste a drawing below.")
        return cleaned

    def _show_kept(self, image):
        self.data = self.data.copy()
        self.data.update({"kept": image.digest, "drawing": ""})
        self.errors.pop("drawing", None)  # of a drawing that the file takes the place of
        self["file"].help_text = f"Kept: {image}. Choose a file only to take its place."


def _begins_like_xml(file) -> bool:
    file.seek(0)
    start = file.read(200).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    return start.startswith(b"<")


def _drawing_in(file) -> str:
    """Return the text of an uploaded drawing, or "" when the file is something else, or in another encoding."""
    if not file or file.size > MAX_CHARACTERS or not _begins_like_xml(file):
        return ""
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    return "" if "\0" in text else text


@admin.register(Figure)
class FigureAdmin(KeepsItsName, admin.ModelAdmin):
    name_field = "key"
    form = FigureForm
    list_display = ["key", "kind", "alt", "licence", "files"]
    list_filter = [FiguresWait, "kind", "image__state"]
    list_select_related = ["image"]
    search_fields = ["key", "alt", "caption"]
    actions = ["make_files_again"]
    readonly_fields = ["preview", "files", "used_in"]
    fieldsets = [
        (None, {"fields": ["key", "kind", "preview", "files", "used_in"]}),
        ("Picture", {"fields": ["file", "kept", "drawing"]}),
        ("For those who cannot see it", {"fields": ["alt", "is_decorative", "description"]}),
        ("For everybody", {"fields": ["caption", "note", "legend"]}),
        ("Where it comes from", {"fields": ["source", "adaptation", "credit", "licence"]}),
    ]

    def is_named(self, row):
        return row.uses.exists()

    @display(description="as readers see it")
    def preview(self, figure):
        if not figure.pk:
            return "Once saved."
        if figure.image and figure.image.state != ImageState.READY:
            return "Once its images are ready."
        try:
            return mark_safe(figure_html(figure_images.illustration(figure), number=1))  # noqa: S308 -- rendered
        except DrawingError as error:  # written past the form
            return str(error)

    @display(description="images")
    def files(self, figure):
        if figure.image is None:
            return "Drawing" if figure.drawing else "-"
        image = figure.image
        words = f"{image}: {image.get_state_display()}"
        return f"{words}. {image.problem}" if image.problem else words

    @display(description="shown in")
    def used_in(self, figure):
        slugs = set(figure.uses.values_list("revision__article__slug", flat=True)) if figure.pk else ()
        return ", ".join(sorted(slugs)) or "No article yet"

    @admin.action(description="Make the images again")
    def make_files_again(self, request, queryset):
        figures = list(queryset.filter(image__isnull=False).select_related("image"))
        for figure in figures:
            figure_images.make_again(figure.image)
        messages.info(request, f"Images of {len(figures)} figures are being made again.")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if obj.image and obj.image.state == ImageState.WAITING:
            messages.info(request, "Its images are being made. Articles that show it can be published in a minute.")
