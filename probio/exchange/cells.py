"""Cells that no spreadsheet takes for a formula. Pure.

What a person typed may begin like a formula, and a spreadsheet would calculate it, fetch an address or start a program.
OWASP's advice is an apostrophe in front. It goes wherever a program set to another separator would begin a cell too.
"""

import re

MOST_CHARACTERS = 32_767  # what a cell of a spreadsheet holds
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"  # the full-width ones too: some programs calculate them
_BEGINS_A_FORMULA = re.compile(rf"(\A|[;\t\r\n][\s\"]*)(?='*[{_SIGNS}])")
_ESCAPED = re.compile(rf"(\A|[;\t\r\n][\s\"]*)'(?='*[{_SIGNS}])")
_PLAIN_NUMBER = re.compile(r"[+-][0-9][0-9 .]*")  # a phone number, a negative number: nothing to calculate
_NOT_STORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def harmless(text: str) -> str:
    """Return a text as a cell that is read and never calculated; numbers and phone numbers stay as they are."""
    text = _NOT_STORABLE.sub("", text).strip()
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    return _BEGINS_A_FORMULA.sub(r"\1'", text)[:MOST_CHARACTERS]


def restored(text: str) -> str:
    """Return what `harmless` was given, so that an export can be imported again."""
    return _ESCAPED.sub(r"\1", text)
