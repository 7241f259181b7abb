import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from articles.figure_images import keep_upload
from articles.models import FigureImage, ImageState
from tests.articles.pictures import make_picture, make_upload
from tests.conftest import wait_for


@pytest.mark.broker
def test_images_are_made_by_a_worker_soon_after_the_upload(celery_worker):
    image = keep_upload(make_upload(make_picture(colour="blue")), now=timezone.now())
    wait_for(lambda: FigureImage.objects.get(pk=image.pk).state == ImageState.READY, seconds=30, what="the images")
    assert default_storage.exists(f"{image.digest}/480.avif")
