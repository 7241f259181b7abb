"""Write rows as CSV or XLSX, one after another: memory does not grow with their number."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import BinaryIO

import xlsxwriter
from django.utils.timezone import localtime

from probio.exchange.cells import harmless

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WIDTH = 22  # of a column, in characters
_XLSX_FORMATS = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd", time: "hh:mm"}


def write(format: str, file: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a heading and rows into an open file. format: "csv" or "xlsx".

    Values are text, numbers, booleans, dates, times, aware datetimes (written as UK time) or None. CSV is UTF-8 with a
    mark at the beginning, without which Excel takes it for another encoding.
    """
    {"csv": _write_csv, "xlsx": _write_xlsx}[format](file, columns, rows)


def _write_csv(file, columns, rows):
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_as_text(value) for value in row] for row in rows)
    text.detach()


def _as_text(value):
    value = _plain(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value if isinstance(value, str) else str(value)


def _write_xlsx(file, columns, rows):
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, _WIDTH)
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in _XLSX_FORMATS.items()}
        bold = book.add_format({"bold": True})
        for place, name in enumerate(columns):
            sheet.write_string(0, place, name, bold)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(map(_plain, row)):
                if type(value) in formats:
                    sheet.write_datetime(number, place, value, formats[type(value)])
                elif isinstance(value, str):
                    if value:
                        sheet.write_string(number, place, value)
                else:
                    sheet.write_number(number, place, value)


def _plain(value):
    """Return a value as both formats take it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None)
    return value if isinstance(value, int | float | date | time) else harmless(str(value))
