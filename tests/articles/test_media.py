import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from articles.figure_images import keep_upload, make_files
from tests.articles.factories import NOW
from tests.articles.pictures import make_picture, make_upload

DIGEST = "0123456789abcdef" * 2


@pytest.fixture
def image(db):
    image = keep_upload(make_upload(make_picture(colour="orange")), now=NOW)
    make_files(image.pk)
    return image


@pytest.mark.parametrize(("format", "kind"), [("avif", "image/avif"), ("webp", "image/webp"), ("jpg", "image/jpeg")])
def test_image_file_is_kept_for_ever_and_may_do_nothing(client, image, format, kind):
    response = client.get(f"/media/{image.digest}/480.{format}")
    assert b"".join(response.streaming_content) == default_storage.open(f"{image.digest}/480.{format}").read()
    wanted = {
        "Content-Type": kind,
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "ETag": f'"{image.digest}/480.{format}"',
    }
    assert {name: response[name] for name in wanted} == wanted
    assert (response.status_code, response.cookies, "Vary" in response) == (200, {}, False)


def test_image_file_asks_no_database(client, image, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(f"/media/{image.digest}/480.jpg").status_code == 200


def test_image_file_that_the_browser_has_is_not_sent_again(client, image):
    address = f"/media/{image.digest}/480.jpg"
    assert client.get(address, headers={"If-None-Match": f'"{image.digest}/480.jpg"'}).status_code == 304
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "",
        f"{DIGEST}/480.avif",
        f"{DIGEST}/480.svg",
        f"{DIGEST}/480.html",
        f"{DIGEST}/480.jpg.html",
        f"{DIGEST}.jpg",
        f"{DIGEST}/0480.jpg",
        f"{DIGEST.upper()}/480.jpg",
        "../settings.py",
        f"{DIGEST}/../../originals/{DIGEST}.jpg",
        f"{DIGEST}/%2e%2e/480.jpg",
        f"originals/{DIGEST}.jpg",
    ],
)
def test_image_file_of_a_name_that_is_not_there_is_404(client, name):
    response = client.get(f"/media/{name}", headers={"If-None-Match": f'"{name}"'})
    assert response.status_code == 404
    assert "immutable" not in response.get("Cache-Control", "")


def test_what_was_uploaded_itself_has_no_address(client, image):
    for name in (image.original_name, f"originals/{image.original_name}", f"{image.digest}/{image.original_name}"):
        assert client.get(f"/media/{name}").status_code == 404


def test_image_file_with_a_foreign_file_in_the_folder_shows_only_our_names(client, db):
    default_storage.save(f"{DIGEST}/evil.html", ContentFile(b"<script>alert(1)</script>"))
    assert client.get(f"/media/{DIGEST}/evil.html").status_code == 404
    default_storage.delete(f"{DIGEST}/evil.html")
