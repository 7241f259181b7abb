from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.figure_images import LEASE, MOST_ATTEMPTS, keep_upload, make_again, make_files, sweep
from articles.images import ImageError
from articles.models import FigureImage, FigureUse, ImageState
from articles.publishing import PublishingError, publish
from tests.articles.factories import NOW, make_draft, make_figure, make_image, make_photo, make_reference
from tests.articles.pictures import PLACE, make_exif, make_picture, make_upload
from tests.pages import parse

pytestmark = pytest.mark.django_db
SHOWN = '<p>Mucus is sticky.</p><figure data-figure="cell"></figure>'


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    """Folders of the test's own for what is shown and what was uploaded."""
    for alias in ("default", "originals"):
        options = {"location": tmp_path / alias, "allow_overwrite": True}
        settings.STORAGES = {**settings.STORAGES, alias: {**settings.STORAGES[alias], "OPTIONS": options}}
    return tmp_path


def shown_names(folders):
    return {str(path.relative_to(folders / "default")) for path in folders.glob("default/*/*")}


def test_keep_upload_stores_the_original_and_waits_for_its_files(folders):
    content = make_picture(size=(800, 400), exif=make_exif())
    image = keep_upload(make_upload(content), now=NOW)
    assert (image.family, image.width, image.height, image.widths) == ("jpg", 800, 400, [480, 720, 800])
    assert (image.state, image.uploaded_at) == (ImageState.WAITING, NOW)
    assert (folders / "originals" / f"{image.digest}.jpg").read_bytes() == content
    assert shown_names(folders) == set()


def test_keep_upload_of_the_same_file_under_another_name_is_the_same_image():
    first = keep_upload(make_upload(name="photo.jpg"), now=NOW)
    assert keep_upload(make_upload(name="../../photo.exe"), now=NOW + timedelta(days=1)) == first
    assert FigureImage.objects.get().uploaded_at == NOW


def test_keep_upload_of_what_cannot_be_shown_leaves_nothing(folders):
    with pytest.raises(ImageError, match="no image that we can read"):
        keep_upload(make_upload(b"words"), now=NOW)
    assert (FigureImage.objects.count(), list(folders.glob("*/*"))) == (0, [])


def test_make_files_gives_readers_every_format_and_width_and_nothing_of_the_camera(folders):
    image = keep_upload(make_upload(make_picture(size=(800, 400), exif=make_exif())), now=NOW)
    assert make_files(image.pk)
    image.refresh_from_db()
    assert (image.state, image.attempts, image.locked_until) == (ImageState.READY, 1, None)
    names = {f"{image.digest}/{width}.{format}" for width in (480, 720, 800) for format in ("avif", "webp", "jpg")}
    assert shown_names(folders) == names
    assert not any(PLACE.encode() in default_storage.open(name).read() for name in names)


def test_make_files_of_a_ready_image_does_nothing(folders):
    image = make_image()
    assert make_files(image.pk)
    before = {path: path.stat().st_mtime_ns for path in folders.glob("default/*/*")}
    assert not make_files(image.pk)
    assert {path: path.stat().st_mtime_ns for path in folders.glob("default/*/*")} == before
    assert FigureImage.objects.get().attempts == 1


def test_make_files_leaves_an_image_that_another_worker_has_in_hand():
    image = make_image()
    FigureImage.objects.update(locked_until=timezone.now() + LEASE)
    assert not make_files(image.pk)
    assert FigureImage.objects.get().state == ImageState.WAITING


def test_make_files_after_a_worker_died_half_way_makes_the_rest_and_mends_what_was_cut_short(folders):
    image = make_image()
    name = f"{image.digest}/480.avif"
    default_storage.save(name, ContentFile(b"cut short"))
    FigureImage.objects.update(attempts=1, locked_until=timezone.now() - timedelta(seconds=1))
    assert sweep(now=timezone.now()) == 1
    assert default_storage.size(name) > 9
    assert len(shown_names(folders)) == 3


def test_make_files_of_an_image_that_ends_every_worker_gives_up_and_says_so():
    image = make_image()
    FigureImage.objects.update(attempts=MOST_ATTEMPTS)
    assert not make_files(image.pk)
    image.refresh_from_db()
    assert (image.state, image.problem) == (ImageState.FAILED, "It ended the worker 3 times. Try another file.")


def test_make_files_without_its_original_is_tried_again_and_then_given_up(folders):
    image = make_image()
    storages["originals"].delete(image.original_name)
    for _ in range(MOST_ATTEMPTS - 1):
        assert sweep(now=timezone.now()) == 0
        assert FigureImage.objects.get().state == ImageState.WAITING
    sweep(now=timezone.now())
    image.refresh_from_db()
    assert (image.state, image.problem) == (
        ImageState.FAILED,
        "Its files could not be read or stored (FileNotFoundError).",
    )


def test_make_files_with_a_full_disk_works_once_there_is_room(folders):
    image = make_image()
    (folders / "default").write_text("in the way")  # no folder can be made here
    assert not make_files(image.pk)
    (folders / "default").unlink()
    assert sweep(now=timezone.now()) == 1


def test_make_files_of_an_original_that_was_damaged_meanwhile_fails_with_words():
    image = make_image()
    storages["originals"].save(image.original_name, ContentFile(b"rubbish"))
    assert not make_files(image.pk)
    assert FigureImage.objects.get().problem.startswith("This is no image that we can read.")


def test_make_again_brings_back_files_that_were_lost(folders):
    image = make_image()
    make_files(image.pk)
    default_storage.delete(f"{image.digest}/480.avif")
    make_again(image)
    assert make_files(image.pk)
    assert len(shown_names(folders)) == 3


def test_keep_upload_of_an_image_that_could_not_be_made_tries_it_again():
    image = make_image()
    FigureImage.objects.update(state=ImageState.FAILED, attempts=MOST_ATTEMPTS, problem="The disk was full.")
    assert keep_upload(make_upload(), now=NOW) == image
    assert make_files(image.pk)


def test_sweep_makes_all_that_wait_and_none_twice():
    for colour in ("red", "green"):
        keep_upload(make_upload(make_picture(colour=colour)), now=NOW)
    assert (sweep(now=timezone.now()), sweep(now=timezone.now())) == (2, 0)


def test_publish_waits_for_the_images_of_its_figures_and_names_them():
    photo = make_photo("cell")
    revision = make_draft(body=SHOWN)
    with pytest.raises(PublishingError, match="The image of the figure “cell” is still being made"):
        publish(revision=revision, now=NOW)
    make_files(photo.image.pk)
    assert publish(revision=revision, now=NOW).live_revision == revision


def test_article_with_figures_of_either_sort_is_strict_html_with_the_size_of_every_image(client):
    photo = make_photo("cell", description="One round cell.")
    make_figure("lining")
    make_files(photo.image.pk)
    body = f'{SHOWN}<figure data-figure="lining"></figure>'
    article = publish(revision=make_draft(body=body), now=NOW)
    page = parse(client.get(article.get_absolute_url()))
    [image] = page.findall(".//figure//img")
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("480", "240", "A cell")
    assert image.get("src") == f"/media/{photo.image.digest}/480.jpg"
    assert len(page.findall(".//figure")) == 2


def test_publish_with_an_image_that_could_not_be_made_is_refused():
    make_photo("cell")
    FigureImage.objects.update(state=ImageState.FAILED)
    with pytest.raises(PublishingError, match="The image of the figure “cell” could not be made"):
        publish(revision=make_draft(body=SHOWN), now=NOW)


def test_a_revision_keeps_the_image_that_its_figure_had():
    photo = make_photo("cell")
    revision = make_draft(body=SHOWN)
    old, new = photo.image, keep_upload(make_upload(make_picture(colour="red")), now=NOW)
    photo.image = new
    photo.save()
    revision.refresh_from_db()
    assert (old.digest in revision.html, new.digest in revision.html) == (True, False)
    assert FigureUse.objects.get().image == old
    newer = make_draft(revision.article, body=SHOWN, author=revision.author, reviewer=revision.reviewer)
    assert (newer.number, new.digest in newer.html) == (2, True)
    with pytest.raises(PublishingError, match="“cell” is still being made"):
        publish(revision=newer, now=NOW)


def test_draft_saved_before_and_after_its_images_are_made_is_one_revision():
    photo = make_photo("cell")
    revision = make_draft(body=SHOWN)
    make_files(photo.image.pk)
    content = {"author": revision.author, "reviewer": revision.reviewer, "body": SHOWN}
    assert make_draft(revision.article, **content) == revision


def test_uses_are_kept_as_they_were_and_with_them_figures_and_images():
    photo = make_photo("cell")
    make_draft(body=SHOWN + SHOWN)
    use = FigureUse.objects.get()
    for change in (use.delete, lambda: FigureUse.objects.update(image=None)):
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            change()
    for row in (photo, photo.image):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()


def test_illustration_of_an_adapted_figure_leads_to_its_source():
    source = make_reference("harper2021", doi="10.1000/abc")
    make_figure("cell", source=source, adaptation="redrawn")
    html = make_draft(body=SHOWN).html
    assert 'Adapted from <a href="https://doi.org/10.1000/abc">Harper 2021</a>: redrawn.' in html
