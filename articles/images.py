"""Uploaded images: what may come in, and the files that readers get. Pure: Pillow and the standard library.

Nothing is believed but the bytes: not the name of a file, nor the type its sender gave. Size and kind are checked
before a pixel is decoded, and one image is decoded at a time, so memory stays bounded whoever uploads what.
"""

import hashlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps

WIDTHS = (480, 720, 1080, 1440)  # in pixels; none is made that is wider than the original
MAX_BYTES = 20_000_000
MAX_SIDE = 12_000
MAX_PIXELS = 25_000_000  # 100 MB once decoded; the largest camera pictures that a page is served by
MIN_WIDTH, MIN_HEIGHT = WIDTHS[0], 120

# Part of every digest, so that a file's address never means other bytes. A change below needs the next number.
RECIPE = 1
# What Pillow calls a format -> our name for it, which is how its files end. MPO is a JPEG with more pictures in it.
FAMILIES = {"JPEG": "jpg", "MPO": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
MEDIA_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}
_SAVING = {
    "avif": {"format": "AVIF", "quality": 60, "speed": 6},
    "webp": {"format": "WEBP", "quality": 80, "method": 5},
    "jpg": {"format": "JPEG", "quality": 82, "progressive": True, "optimize": True},
    "png": {"format": "PNG", "optimize": True},
}
_ORIENTATION = 0x0112  # the EXIF tag; 5 to 8 lie on their side
_decoding = threading.Lock()

Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit warns and goes on; ours refuses, before anything is decoded


class ImageError(ValueError):
    """Why an image is refused, in words for the person who gave it."""


@dataclass(frozen=True)
class Picture:
    """What is known of an image that can be shown. width, height: in pixels, the right way up."""

    digest: str  # of its bytes, 32 hexadecimal digits
    family: str  # a key of MEDIA_TYPES
    width: int
    height: int

    @property
    def widths(self) -> list[int]:
        """The widths in which readers get it, ascending."""
        return sorted({min(width, self.width) for width in WIDTHS})


def formats_of(family: str) -> list[str]:
    """Return the formats in which readers get an image of a family: the smallest first, what all can read last."""
    return list(dict.fromkeys(("avif", "webp", family)))


def rendition_name(digest: str, width: int, format: str) -> str:
    """Return the name of one file that readers get: known before it is made, the same whenever it is."""
    return f"{digest}/{width}.{format}"


def check(file: BinaryIO) -> Picture:
    """Return what a file holds, or raise ImageError in words when it cannot be shown. It is decoded to its end."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        raise ImageError(
            f"The file has {size / 1_000_000:.0f} MB and may have {MAX_BYTES // 1_000_000}: save the image smaller, "
            f"{WIDTHS[-1]} pixels wide or a little more."
        )
    with _open(file) as image:
        picture = Picture(_digest(file), FAMILIES[image.format], *_upright_size(image))
        with _decoding:
            _decode(image)
    return picture


def renditions(file: BinaryIO) -> Iterator[tuple[int, str, bytes]]:
    """Yield (width, format, bytes) for every file readers get: sRGB, upright, on white, without any metadata.

    file: one that passed `check`, else ImageError.
    """
    with _open(file) as image:
        width, height = _upright_size(image)
        formats = formats_of(FAMILIES[image.format])
        with _decoding:
            largest = _prepared(image)
    for narrower in Picture("", "", width, height).widths:
        sized = largest.resize((narrower, max(1, round(height * narrower / width))), Image.Resampling.LANCZOS)
        for format in formats:
            yield narrower, format, _encoded(sized, format, is_drawn=formats[-1] == "png")


def _digest(file) -> str:
    file.seek(0)
    digest = hashlib.sha256(f"{RECIPE}:".encode())
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()[:32]


def _open(file) -> Image.Image:
    """Return the image, not decoded yet, once its kind and size are known to be ours. Raises ImageError."""
    file.seek(0)
    try:
        image = Image.open(file, formats=["JPEG", "PNG", "WEBP", "AVIF"])
        frames = getattr(image, "n_frames", 1)
    except Exception as error:  # hostile bytes make decoders raise whatever they like
        raise ImageError(
            "This is no image that we can read. Choose a JPEG, PNG, WebP or AVIF file, or an SVG drawing."
        ) from error
    width, height = image.size
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise ImageError(
            f"The image is {width} × {height} pixels. It may have {MAX_PIXELS // 1_000_000} million in all and "
            f"{MAX_SIDE} a side: save it smaller, {WIDTHS[-1]} pixels wide or a little more."
        )
    if frames > 1 and image.format != "MPO":
        raise ImageError("The image moves. Give one that stands still: movement draws readers from the text.")
    width, height = _upright_size(image)
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        raise ImageError(
            f"The image is {width} × {height} pixels, too small to be made out: at least "
            f"{MIN_WIDTH} × {MIN_HEIGHT} are needed."
        )
    return image


def _upright_size(image) -> tuple[int, int]:
    try:
        lies = image.getexif().get(_ORIENTATION) in (5, 6, 7, 8)
    except Exception:  # as above; an image whose EXIF cannot be read is taken as it lies
        lies = False
    width, height = image.size
    return (height, width) if lies else (width, height)


def _decode(image) -> None:
    """Decode to the end of the file. A JPEG is decoded at a fraction of its size where that is enough."""
    scale = WIDTHS[-1] / _upright_size(image)[0]
    try:
        image.draft(None, (round(image.width * scale), round(image.height * scale)))
        image.load()
    except Exception as error:  # hostile bytes make decoders raise whatever they like
        raise ImageError("The image is damaged or incomplete. Save or download it again.") from error


def _prepared(image) -> Image.Image:
    """Return the image in sRGB, upright, on white, no wider than the widest rendition."""
    width, height = _upright_size(image)
    size = min(width, WIDTHS[-1]), max(1, round(height * min(1, WIDTHS[-1] / width)))
    orientation, profile = image.getexif().get(_ORIENTATION), image.info.get("icc_profile")
    _decode(image)
    image = _plain_mode(image)
    image = image.resize(size[::-1] if orientation in (5, 6, 7, 8) else size, Image.Resampling.LANCZOS)
    if orientation in range(2, 9):
        image.getexif()[_ORIENTATION] = orientation
        image = ImageOps.exif_transpose(image)
    return _in_srgb(_on_white(image), profile)


def _plain_mode(image) -> Image.Image:
    """Return the image with whole channels: no palette, and eight bits each."""
    if image.mode.startswith("I"):  # sixteen bits of grey, which convert() would cut off rather than scale
        return image.point(lambda value: value / 256).convert("L")
    if "transparency" in image.info or image.mode in ("LA", "La", "PA"):
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB", "RGBA", "CMYK") else image.convert("RGB")


def _on_white(image) -> Image.Image:
    """Return the image without transparency: what was drawn for white paper must not stand on a dark page."""
    if image.mode != "RGBA":
        return image
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image).convert("RGB")


def _in_srgb(image, profile: bytes | None) -> Image.Image:
    """Return the image in the one colour space that every screen knows, from the space that its profile names."""
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # damaged, or for another kind of image: without it the colours are a guess, and a fair one
    return image.convert("RGB")


def _encoded(image, format: str, *, is_drawn: bool) -> bytes:
    """Return the file's bytes. is_drawn: keep the edges of coloured lines sharp, as a diagram needs."""
    clean = Image.new("RGB", image.size)
    clean.paste(image)  # pixels only: whatever else came with the upload stays behind
    options = dict(_SAVING[format])
    if is_drawn and format == "avif":
        options["subsampling"] = "4:4:4"
    file = io.BytesIO()
    clean.save(file, **options)
    return file.getvalue()
