import io
import zlib

import pytest
from PIL import Image, ImageDraw

from articles import images
from articles.images import ImageError, check, formats_of, renditions
from tests.articles.pictures import PLACE, make_exif, make_picture, saved, srgb_profile

RED, GREEN = (220, 30, 30), (30, 160, 60)


def checked(content):
    return check(io.BytesIO(content))


def refusal(content):
    with pytest.raises(ImageError) as refused:
        checked(content)
    return str(refused.value)


def files_of(content):
    return {(width, format): file for width, format, file in renditions(io.BytesIO(content))}


def opened(file):
    image = Image.open(io.BytesIO(file))
    image.load()
    return image


def is_near(pixel, colour):
    return all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def png_header(width, height):
    """A PNG that says how large it is and then has next to nothing."""

    def chunk(name, content):
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))


@pytest.mark.parametrize(("format", "family"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif")])
def test_check_tells_the_family_by_content_and_the_size(format, family):
    picture = checked(make_picture(format, size=(1100, 700)))
    assert (picture.family, picture.width, picture.height, picture.widths) == (
        family,
        1100,
        700,
        [480, 720, 1080, 1100],
    )


@pytest.mark.parametrize(
    ("width", "widths"),
    [(480, [480]), (720, [480, 720]), (1440, [480, 720, 1080, 1440]), (3000, [480, 720, 1080, 1440])],
)
def test_check_plans_no_width_beyond_the_original(width, widths):
    assert checked(make_picture(size=(width, 200))).widths == widths


def test_digest_is_the_contents_own():
    same, other = make_picture(), make_picture(colour=RED)
    assert checked(same).digest == checked(same).digest != checked(other).digest
    assert len(checked(same).digest) == 32


def test_check_of_an_image_on_its_side_gives_its_size_the_right_way_up():
    picture = checked(make_picture(size=(600, 500), exif=make_exif(orientation=6)))
    assert (picture.width, picture.height) == (500, 600)


def test_check_counts_the_width_of_an_image_on_its_side_the_right_way_up():
    assert "The image is 300 × 600 pixels, too small" in refusal(
        make_picture(size=(600, 300), exif=make_exif(orientation=8))
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"words",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7",
        b"<html><script>alert(1)</script></html>",
        b"\xff\xd8\xff\xe0" + b"\0" * 500,
        saved(Image.new("RGB", (600, 400)), "GIF"),
        saved(Image.new("RGB", (600, 400)), "TIFF"),
        saved(Image.new("RGB", (600, 400)), "BMP"),
    ],
)
def test_check_of_another_kind_of_file_is_refused(content):
    assert refusal(content).startswith("This is no image that we can read. Choose a JPEG, PNG, WebP or AVIF file")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_check_of_a_file_cut_short_is_refused(format):
    content = make_picture(format, size=(900, 600))
    words = refusal(content[: len(content) * 3 // 4])
    assert words.startswith(("The image is damaged or incomplete.", "This is no image that we can read."))


@pytest.mark.parametrize("size", [(30_000, 30_000), (40_000, 100), (100, 40_000), (12_000, 2_100)])
def test_check_of_an_image_that_would_fill_the_memory_is_refused_before_it_is_decoded(size, monkeypatch):
    monkeypatch.setattr(images, "_decode", lambda image: pytest.fail("decoded"))
    width, height = size
    assert refusal(png_header(width, height)) == (
        f"The image is {width} × {height} pixels. It may have 25 million in all and 12000 a side: "
        "save it smaller, 1440 pixels wide or a little more."
    )


@pytest.mark.parametrize("size", [(1, 1), (479, 400), (600, 119)])
def test_check_of_an_image_too_small_is_refused(size):
    width, height = size
    assert refusal(make_picture("PNG", size=size)) == (
        f"The image is {width} × {height} pixels, too small to be made out: at least 480 × 120 are needed."
    )


def test_check_of_fifty_megabytes_is_refused_unread():
    class Unread(io.BytesIO):
        def read(self, *args):
            pytest.fail("read")

    with pytest.raises(ImageError, match="The file has 50 MB and may have 20"):
        check(Unread(b"\0" * 50_000_000))


@pytest.mark.parametrize("format", ["WEBP", "PNG", "AVIF"])
def test_check_of_an_image_that_moves_is_refused(format):
    frames = [Image.new("RGB", (600, 400), colour) for colour in (RED, GREEN)]
    assert refusal(saved(frames[0], format, save_all=True, append_images=frames[1:])).startswith("The image moves.")


def test_check_of_a_compressed_text_bomb_is_refused():
    bomb = zlib.compress(b"a" * 80_000_000)
    text = b"zTXt" + b"Comment\0\0" + bomb
    chunk = len(text[4:]).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    whole = make_picture("PNG")
    assert refusal(whole[:33] + chunk + whole[33:]).startswith("This is no image that we can read.")


@pytest.mark.parametrize(
    ("family", "formats"),
    [
        ("jpg", ["avif", "webp", "jpg"]),
        ("png", ["avif", "webp", "png"]),
        ("webp", ["avif", "webp"]),
        ("avif", ["avif", "webp"]),
    ],
)
def test_formats_are_avif_webp_and_the_originals_own(family, formats):
    assert formats_of(family) == formats


def test_renditions_come_in_every_format_and_width_with_their_shape_kept():
    files = files_of(make_picture(size=(1100, 700)))
    sizes = {key: opened(file).size for key, file in files.items()}
    expected = {480: (480, 305), 720: (720, 458), 1080: (1080, 687), 1100: (1100, 700)}
    assert sizes == {(width, format): size for width, size in expected.items() for format in ("avif", "webp", "jpg")}
    assert {format: opened(file).format for (_, format), file in files.items()} == {
        "avif": "AVIF",
        "webp": "WEBP",
        "jpg": "JPEG",
    }


def test_renditions_are_the_same_each_time():
    content = make_picture("PNG")
    assert files_of(content) == files_of(content)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_renditions_carry_nothing_that_the_camera_wrote(format):
    content = make_picture(format, exif=make_exif(), xmp=b"<x>" + PLACE.encode() + b"</x>", icc_profile=srgb_profile())
    assert PLACE.encode() in content
    for file in files_of(content).values():
        image = opened(file)
        assert PLACE.encode() not in file
        assert (dict(image.getexif()), image.info.get("icc_profile"), image.info.get("xmp")) == ({}, None, None)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_renditions_stand_upright_however_the_camera_was_held(format, orientation):
    upright = Image.new("RGB", (600, 500), "white")
    ImageDraw.Draw(upright).rectangle((0, 0, 300, 250), fill=RED)  # top left
    as_taken = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = upright
    for step in as_taken[orientation]:
        image = image.transpose(step)
    files = files_of(saved(image, format, exif=make_exif(orientation=orientation)))
    for file in files.values():
        shown = opened(file).convert("RGB")
        assert shown.width > shown.height
        corner, opposite = shown.getpixel((20, 20)), shown.getpixel((shown.width - 20, shown.height - 20))
        assert is_near(corner, RED)
        assert is_near(opposite, (255, 255, 255))


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_renditions_of_a_see_through_image_stand_on_white(format, mode):
    content = make_picture(format, mode=mode, colour=(0, 0, 0, 0) if mode == "RGBA" else (0, 0))
    for file in files_of(content).values():
        image = opened(file)
        assert image.mode == "RGB"
        assert is_near(image.getpixel((100, 100)), (255, 255, 255))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "I;16"])
def test_renditions_of_every_kind_of_png_keep_dark_dark_and_bright_bright(mode):
    if mode == "I;16":
        image = Image.frombytes("I;16", (600, 400), (b"\0\0" * 300 + b"\x60\xea" * 300) * 400)
    else:
        image = Image.new("RGB", (600, 400), "black")
        image.paste((240, 240, 240), (300, 0, 600, 400))
        image = image.convert(mode, dither=Image.Dither.NONE)
    shown = opened(files_of(saved(image, "PNG"))[480, "png"])
    assert (shown.getpixel((50, 100))[0] < 20, shown.getpixel((400, 100))[0] > 220) == (True, True)


def test_renditions_of_a_print_shops_jpeg_are_rgb():
    assert opened(files_of(make_picture(mode="CMYK", colour=(0, 0, 0, 0)))[480, "jpg"]).getpixel((9, 9)) == (255,) * 3


def test_renditions_of_another_colour_space_are_moved_to_srgb():
    # the colours of this profile are swapped: what it calls red is green
    from_red = opened(files_of(make_picture("PNG", colour=RED, icc_profile=swapped_profile()))[480, "png"])
    assert is_near(from_red.getpixel((100, 100))[:2], RED[:2]) is False
    plain = opened(files_of(make_picture("PNG", colour=RED))[480, "png"])
    assert is_near(plain.getpixel((100, 100)), RED)


def swapped_profile():
    """sRGB with the primaries of red and green exchanged."""
    profile = bytearray(srgb_profile())
    tags = {
        bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * int.from_bytes(profile[128:132], "big"), 12)
    }
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("profile", [b"rubbish", srgb_profile()[:200]])
def test_renditions_with_a_damaged_profile_are_made_without_it(profile):
    image = opened(files_of(make_picture("PNG", colour=RED, icc_profile=profile))[480, "png"])
    assert is_near(image.getpixel((100, 100)), RED)


def test_renditions_of_a_grey_image_with_a_profile_for_colour_are_made_without_it():
    assert files_of(make_picture("PNG", mode="L", icc_profile=srgb_profile()))
