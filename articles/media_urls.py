"""Addresses under /media/: names that our own images can have, and no other."""

from django.urls import re_path

from articles.images import MEDIA_TYPES
from articles.views import media

app_name = "media"
urlpatterns = [
    re_path(
        rf"^(?P<digest>[0-9a-f]{{32}})/(?P<width>[1-9][0-9]{{2,3}})\.(?P<format>{'|'.join(MEDIA_TYPES)})$",
        media.image_file,
        name="file",
    )
]
