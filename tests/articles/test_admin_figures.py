import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.figure_images import make_files
from articles.models import Figure, FigureImage, ImageState
from tests.articles.factories import SVG, make_draft, make_figure, make_photo, make_reference
from tests.articles.pictures import make_picture, make_upload
from tests.articles.test_admin import errors_in
from tests.articles.test_images import png_header
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
ADD = "/admin/articles/figure/add/"
LIST = "/admin/articles/figure/"


def typed(**overrides):
    """What an editor types for a photograph; the file comes with it."""
    values = {
        "key": "villi",
        "kind": "photo",
        "drawing": "",
        "alt": "Finger-like folds of the gut lining",
        "description": "",
        "caption": "The lining is folded, which gives it a large surface.",
        "note": "",
        "legend": "[]",
        "source": "",
        "adaptation": "",
        "credit": "Photograph: Ana Sousa",
        "licence": "CC BY 4.0",
        "kept": "",
    }
    return {**values, **overrides}


def change_url(figure):
    return f"{LIST}{figure.pk}/change/"


def values_in(response):
    """What the form shows: the value of every field by its name."""
    root = parse(response).find(".//main")
    fields = {field.get("name"): field.get("value", "") for field in root.iter("input")}
    return fields | {area.get("name"): (area.text or "").strip() for area in root.iter("textarea")}


def test_uploaded_photo_becomes_a_figure_whose_images_are_being_made(admin_client):
    response = admin_client.post(ADD, typed(file=make_upload(make_picture("PNG"), name="photo.html")), follow=True)
    figure = Figure.objects.get()
    assert (figure.image.family, figure.image.state, figure.drawing) == ("png", ImageState.WAITING, "")
    assert "Its images are being made." in response.text
    assert "PNG, 480 × 240 pixels: being made" in text_of(admin_client.get(LIST))
    assert "/media/" not in admin_client.get(change_url(figure)).text
    make_files(figure.image.pk)
    page = admin_client.get(change_url(figure))
    assert "PNG, 480 × 240 pixels: ready" in text_of(page)
    assert f"/media/{figure.image.digest}/480.png" in page.text


def test_uploaded_drawing_is_inlined_like_one_that_is_pasted(admin_client):
    admin_client.post(ADD, typed(file=make_upload(SVG.encode(), name="photo.jpg")))
    assert (Figure.objects.get().drawing, FigureImage.objects.count()) == (SVG, 0)


@pytest.mark.parametrize(
    ("svg", "error"),
    [
        (SVG.replace("<circle", "<script>alert(1)</script><circle"), "<script> is not allowed in a drawing."),
        (SVG.replace("<circle", '<circle onload="alert(1)"'), "The attribute “onload” is not allowed in a drawing."),
        (f"<!DOCTYPE svg>{SVG}", "The drawing must not have a document type or CDATA."),
        ("<html>", "The drawing is not well-formed SVG: no element found: line 1, column 6"),
    ],
)
def test_uploaded_drawing_with_active_content_is_refused_and_kept_as_text(admin_client, svg, error):
    response = admin_client.post(ADD, typed(file=make_upload(svg.encode(), name="drawing.svg")))
    assert errors_in(response) == [error]
    assert values_in(response)["drawing"] == svg
    assert Figure.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (SVG.encode("utf-16-le"), "The drawing is not text in UTF-8. Save it again as plain SVG."),
        (
            SVG.replace("<circle", "<text>ä</text><circle").encode("latin-1"),
            "The drawing is not text in UTF-8. Save it again as plain SVG.",
        ),
        (
            SVG.encode() + b" " * 200_000,
            "The drawing has 195.4\xa0KB and may have 195.3\xa0KB: simplify it, or save it as PNG.",
        ),
    ],
)
def test_uploaded_drawing_that_is_not_text_or_too_long_is_refused(admin_client, content, error):
    assert errors_in(admin_client.post(ADD, typed(file=make_upload(content)))) == [error]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\0" * 50_000_000, "The file has 50 MB and may have 20"),
        (b"words", "This is no image that we can read."),
        (make_picture(size=(900, 600))[:2000], "The image is damaged or incomplete."),
        (make_picture("PNG", size=(1, 1)), "The image is 1 × 1 pixels, too small to be made out"),
        (png_header(40_000, 100), "The image is 40000 × 100 pixels."),
        (png_header(30_000, 30_000), "The image is 30000 × 30000 pixels."),
        (b"", "The submitted file is empty."),
    ],
    ids=["50 MB", "words", "cut short", "1 × 1", "40,000 wide", "bomb", "empty"],
)
def test_file_that_cannot_be_shown_is_refused_with_words_and_nothing_typed_is_lost(admin_client, content, error):
    given = typed(file=make_upload(content))
    response = admin_client.post(ADD, given)
    [words] = errors_in(response)
    assert words.startswith(error)
    shown = values_in(response)
    kept = {name: shown[name] for name in ("key", "alt", "caption", "credit", "licence", "legend")}
    assert kept == {name: given[name] for name in kept}
    assert (Figure.objects.count(), FigureImage.objects.count()) == (0, 0)


def test_good_file_is_kept_when_something_else_is_wrong(admin_client):
    response = admin_client.post(ADD, typed(alt="", file=make_upload()))
    assert errors_in(response) == ["Say what it shows for those who cannot see it, or mark it as decorative."]
    assert "Kept: JPG, 480 × 240 pixels." in text_of(response)
    admin_client.post(ADD, typed(kept=values_in(response)["kept"]))
    assert Figure.objects.get().image == FigureImage.objects.get()


def test_kept_file_is_given_up_for_a_drawing_pasted_after_it(admin_client):
    kept = values_in(admin_client.post(ADD, typed(alt="", file=make_upload())))["kept"]
    admin_client.post(ADD, typed(kept=kept, drawing=SVG))
    assert (Figure.objects.get().drawing, Figure.objects.get().image) == (SVG, None)


def test_alt_text_never_falls_back_to_the_files_name(admin_client):
    upload = SimpleUploadedFile("finger-like-folds.jpg", make_picture())
    response = admin_client.post(ADD, typed(alt="", file=upload))
    assert "finger-like" not in response.text
    assert Figure.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"is_decorative": "on"}, "A decorative figure has no alt text: take out one of the two."),
        (
            {"kind": "diagram", "is_decorative": "on", "alt": "", "description": "Long."},
            "A diagram says something, so it cannot be decorative.",
        ),
        ({"kind": "chart"}, "A chart needs a long description: all that it says, in words."),
        ({"adaptation": "redrawn"}, "Name the source that this is adapted from."),
        ({"caption": ""}, "This field is required."),
        ({"credit": ""}, "This field is required."),
        ({"licence": " "}, "This field is required."),
        (
            {"kept": "rubbish"},
            "Select a valid choice. That choice is not one of the available choices.",
        ),
    ],
)
def test_figure_that_lacks_what_a_reader_needs_is_refused_with_words(admin_client, wrong, error):
    make_reference()
    assert errors_in(admin_client.post(ADD, typed(file=make_upload(), **wrong))) == [error]
    assert Figure.objects.count() == 0


def test_figure_without_a_picture_is_refused(admin_client):
    assert errors_in(admin_client.post(ADD, typed())) == ["Choose a file, or paste a drawing below."]


def test_decorative_photo_needs_no_alt_text(admin_client):
    admin_client.post(ADD, typed(alt="", is_decorative="on", file=make_upload()))
    assert Figure.objects.get().is_decorative


def test_photo_given_to_a_drawing_takes_its_place_and_back(admin_client):
    figure = make_figure("villi")
    given = typed(description="All that it says.", kind="diagram")
    admin_client.post(change_url(figure), {**given, "drawing": SVG, "file": make_upload()})
    figure.refresh_from_db()
    assert (figure.drawing, figure.image) == ("", FigureImage.objects.get())
    admin_client.post(change_url(figure), given)  # nothing chosen: it keeps what it has
    figure.refresh_from_db()
    assert figure.image == FigureImage.objects.get()
    admin_client.post(change_url(figure), {**given, "drawing": SVG})
    figure.refresh_from_db()
    assert (figure.drawing, figure.image) == (SVG, None)


def test_images_that_could_not_be_made_are_seen_with_the_reason_and_asked_for_again(admin_client):
    photo, drawing = make_photo("villi"), make_figure("cell")
    FigureImage.objects.update(state=ImageState.FAILED, problem="It ended the worker 3 times.", attempts=4)
    assert "could not be made. It ended the worker 3 times." in text_of(admin_client.get(LIST))
    assert "could not be made" in text_of(admin_client.get(change_url(photo)))
    chosen = {"action": "make_files_again", "_selected_action": [photo.pk, drawing.pk]}
    response = admin_client.post(LIST, chosen, follow=True)
    assert "Images of 1 figures are being made again." in response.text
    assert make_files(photo.image.pk)


def test_figure_says_where_it_is_shown(admin_client):
    figure = make_photo("villi")
    assert "No article yet" in text_of(admin_client.get(change_url(figure)))
    article = make_draft(body='<p>Words.</p><figure data-figure="villi"></figure>').article
    assert article.slug in text_of(admin_client.get(change_url(figure)))


def test_figure_written_past_the_form_is_shown_with_what_is_wrong(admin_client):
    figure = make_figure("villi", drawing="<script>")
    page = admin_client.get(change_url(figure))
    assert "The drawing is not well-formed SVG" in text_of(page)
