"""Read a CSV that somebody uploads, as spreadsheets of all kinds write it. Says in words what cannot be read."""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from probio.exchange.cells import restored

MOST_BYTES = 5_000_000
MOST_LINES = 5_000
_SEPARATORS = (",", ";", "\t")


class CSVError(ValueError):
    """A file that cannot be read as a table; the words say what to do."""


@dataclass(frozen=True)
class Table:
    """lines: (line, cells by column), the heading being line 1; note: what was assumed of the file, in words, or ""."""

    columns: list[str]
    lines: list[tuple[int, dict[str, str]]]
    note: str = ""


def read(content: bytes, *, known: Collection[str], needed: Collection[str], most_lines: int = MOST_LINES) -> Table:
    """Return the table of a file. known: the columns there may be; needed: those there must be. Raises CSVError."""
    if len(content) > MOST_BYTES:
        raise CSVError(f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it.")
    text, note = _decoded(content)
    if "\0" in text:
        raise CSVError("This is not text in UTF-8. In Excel, save it as “CSV UTF-8 (Comma delimited)”.")
    heading = text.lstrip().split("\n", 1)[0]
    separator = max(_SEPARATORS, key=lambda one: len(set(_named(heading.split(one))) & set(known)))
    records = _records(text, separator)
    columns = _named(next((cells for _, cells in records if any(cells)), []))
    _check(columns, known, needed)
    lines = []
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(lines) == most_lines:
            raise CSVError(f"The file has more than {most_lines:,} lines. Split it.")
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            raise CSVError(
                f"Line {number} has {len(cells)} cells, the heading {len(columns)}. Put long cells in quotes."
            )
        lines.append((number, {name: restored(cell.strip()) for name, cell in zip(columns, cells, strict=False)}))
    if not lines:
        raise CSVError("There is no line below the heading.")
    return Table(columns, lines, note)


def _decoded(content):
    if content.startswith(b"PK\x03\x04"):
        raise CSVError("This is an Excel workbook. Save it as “CSV UTF-8 (Comma delimited)” and choose that file.")
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig"), ""
    except UnicodeDecodeError as error:
        if is_utf16:
            raise CSVError("The file begins like UTF-16 but is not. Save it as UTF-8.") from error
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise CSVError("This is neither UTF-8 nor Windows-1252 text. In Excel, save it as “CSV UTF-8”.") from error
    return text, "The file is not UTF-8. It was read as Windows-1252: check that accents and £ signs below are right."


def _records(text, separator):
    """Yield (line as a spreadsheet numbers it, cells)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = "a quotation mark stands where it cannot"
            if "field limit" in str(error):  # the module has no other way to say which
                what = f"a cell has more than {csv.field_size_limit():,} characters"
            raise CSVError(f"Line {number} cannot be read: {what}.") from error


def _named(cells):
    return [re.sub(r"[\s_]+", " ", cell.strip().strip('"').lower()) for cell in cells]


def _check(columns, known, needed):
    while columns and not columns[-1]:
        columns.pop()
    expected = f"The columns are: {', '.join(known)}."
    if unknown := [name for name in columns if name not in known]:
        raise CSVError(f"Unknown column “{unknown[0][:60]}”. {expected}")
    if twice := [name for name in columns if columns.count(name) > 1]:
        raise CSVError(f"The column “{twice[0]}” is there twice.")
    if missing := [name for name in needed if name not in columns]:
        raise CSVError(f"The column “{missing[0]}” is missing. {expected}")
