"""The files of uploaded images. Whoever has an address has the bytes for good: another image has another address."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.views.decorators.http import condition, require_safe

from articles.images import MEDIA_TYPES, rendition_name

FOR_EVER = "public, max-age=31536000, immutable"
NOTHING = "default-src 'none'"  # an image opened by itself may do nothing


def _etag(request, digest, width, format):
    name = rendition_name(digest, width, format)
    return f'"{name}"' if default_storage.exists(name) else None


@require_safe
@condition(etag_func=_etag)
def image_file(request, digest, width, format):
    """Return one file of an image, or 404. Asks neither the database nor the broker."""
    try:
        file = default_storage.open(rendition_name(digest, width, format))
    except FileNotFoundError as error:
        raise Http404 from error
    headers = {"Cache-Control": FOR_EVER, "Content-Security-Policy": NOTHING, "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, content_type=MEDIA_TYPES[format], headers=headers)
