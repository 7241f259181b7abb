"""The picture that goes with a shared link: an article's cover beside its title."""

import hashlib
import io
import json
from functools import lru_cache

import resvg_py
from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont

from articles.structured_data import CARD_SIZE

DESIGN = 1  # raise it when cards come to look different, so that their addresses change
FONT = "fonts/newsreader-display-latin.woff2"
GROUND, INK, TOPIC_INK, LINING = "#f6f9f8", "#0d2730", "#0a6070", "#f0a09b"
MARGIN, LINE = 56, 1.12
LARGEST, SMALLEST = 88, 44
COVER_WIDTH = 504  # 4:5 at full height


def fingerprint(*, title: str, topic: str, cover: str) -> str:
    """Return what a card's address ends in. It changes with the picture, so a card may be kept for ever."""
    return hashlib.sha256(json.dumps([DESIGN, title, topic, cover]).encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def draw(*, title: str, topic: str, cover: str) -> bytes:
    """Return the card as PNG, 1200 by 630. Characters the site's own font lacks are shown as boxes."""
    width, height = CARD_SIZE
    card = Image.new("RGB", CARD_SIZE, GROUND)
    drawing = resvg_py.svg_to_bytes(svg_path=finders.find(f"img/covers/{cover}.svg"), width=COVER_WIDTH)
    picture = Image.open(io.BytesIO(bytes(drawing))).convert("RGBA")
    card.paste(picture, (0, 0), picture)
    pen = ImageDraw.Draw(card)
    left, room = COVER_WIDTH + MARGIN, width - COVER_WIDTH - 2 * MARGIN
    small = _font(34)
    pen.text((left, MARGIN), _cut(topic, small, room), font=small, fill=TOPIC_INK)
    size, lines = _fitted(title, room, height - 4 * MARGIN)
    pen.multiline_text((left, MARGIN * 2), "\n".join(lines), font=_font(size), fill=INK, spacing=size * 0.16)
    pen.text((left, height - MARGIN), "Probio7", font=small, fill=INK, anchor="ls")
    pen.rectangle((COVER_WIDTH, height - 10, width, height), fill=LINING)
    png = io.BytesIO()
    card.quantize(128).save(png, "PNG", optimize=True)
    return png.getvalue()


def _font(size):
    return ImageFont.truetype(finders.find(FONT), size)


def _fitted(title, room, height):
    """Return the largest size at which a title fits, and its lines; what does not fit at the smallest is cut off."""
    for size in range(LARGEST, SMALLEST - 1, -4):
        font = _font(size)
        lines = _wrapped(title, font, room)
        most = int(height // (size * LINE))
        if len(lines) <= most and all(font.getlength(line) <= room for line in lines):
            return size, lines
    lines = [_cut(line, font, room) for line in lines]
    return size, lines if len(lines) <= most else [*lines[: most - 1], _cut(f"{lines[most - 1]}…", font, room)]


def _wrapped(title, font, room):
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _cut(line, font, room):
    while font.getlength(line) > room:
        line = f"{line[:-2]}…"
    return line
