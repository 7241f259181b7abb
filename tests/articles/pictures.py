"""Image files for tests, made by the library that reads them."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F
PLACE = "N51 30 26"


def make_picture(format="JPEG", *, size=(480, 240), mode="RGB", colour=None, **options) -> bytes:
    """The bytes of an image: a gradient from dark to bright, or one colour."""
    gradient = Image.linear_gradient("L").resize(size).convert(mode)
    return saved(gradient if colour is None else Image.new(mode, size, colour), format, **options)


def saved(image, format, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def make_exif(*, orientation=1) -> Image.Exif:
    """What a camera writes: how it was held, and where it was."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE] = orientation, PLACE
    exif.get_ifd(GPS)[1] = PLACE
    return exif


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def make_upload(content: bytes | None = None, *, name="photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_picture() if content is None else content)
