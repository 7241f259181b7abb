"""What PostgreSQL holds every figure and image to, whoever writes the row."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from articles.models import Figure, FigureImage, FigureKind
from tests.articles.factories import make_figure, make_image, make_photo

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"kind": "cartoon", "description": "Long."}, "figure_kind_known"),
        ({"drawing": "<svg/>"}, "figure_has_one_picture"),
        ({"image": None}, "figure_has_one_picture"),
        ({"alt": ""}, "figure_has_alt_or_is_decorative"),
        ({"is_decorative": True}, "figure_has_alt_or_is_decorative"),
        ({"kind": FigureKind.DIAGRAM}, "figure_diagram_is_described"),
        ({"kind": FigureKind.CHART}, "figure_diagram_is_described"),
        (
            {"kind": FigureKind.CHART, "description": "Long.", "alt": "", "is_decorative": True},
            "figure_diagram_is_described",
        ),
        ({"adaptation": "redrawn"}, "figure_adapts_a_source"),
        ({"caption": ""}, "figure_concludes_and_is_credited"),
        ({"credit": ""}, "figure_concludes_and_is_credited"),
        ({"licence": ""}, "figure_concludes_and_is_credited"),
    ],
)
def test_figure_that_lacks_what_a_reader_needs_is_refused_by_the_database(values, constraint):
    photo = make_photo()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Figure.objects.filter(pk=photo.pk).update(**values)
    assert refused.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"digest": "../../etc/passwd"}, "figureimage_digest_is_one"),
        ({"family": "svg"}, "figureimage_family_known"),
        ({"state": "perhaps"}, "figureimage_state_known"),
        ({"height": 0}, "figureimage_has_size"),
        ({"widths": []}, "figureimage_has_widths"),
    ],
)
def test_impossible_images_are_refused_by_the_database(values, constraint):
    image = make_image()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        FigureImage.objects.filter(pk=image.pk).update(**values)
    assert refused.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize("make", [make_figure, make_photo])
def test_figures_of_either_sort_pass_every_check(make):
    make().full_clean()


def test_figure_with_several_faults_hears_of_all_at_once():
    figure = make_figure(description="Long.")
    figure.alt, figure.description, figure.adaptation = "", "", "redrawn"
    with pytest.raises(ValidationError) as refused:
        figure.full_clean()
    assert refused.value.message_dict == {
        "alt": ["Say what it shows for those who cannot see it, or mark it as decorative."],
        "description": ["A diagram needs a long description: all that it says, in words."],
        "source": ["Name the source that this is adapted from."],
    }
