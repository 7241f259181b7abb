"""What a person typed to find a client, as parts of what a row says of the client. Pure: standard library only."""

import re

MOST_TYPED = 200  # characters; a name, an address and a number are shorter
_NUMBER = re.compile(r"(?<![\w.@-])[+(]?\d[\d ().-]{5,}\d(?![\w@])")
_TRUNK_ZERO = re.compile(r"^(44)0")


def parts_of(text: str) -> list[tuple[str, ...]]:
    """Return what a row has to contain: of each tuple one. Case and accents are the database's business.

    A phone number may be typed with blanks, dashes and brackets, from 0, 0044 or +44; a reference with dashes.
    """
    text = text[:MOST_TYPED]
    numbers = [(_as_stored(number),) for number in _NUMBER.findall(text)]
    return numbers + [_spellings(word) for word in _NUMBER.sub(" ", text).replace('"', " ").split()]


def _as_stored(number):
    """Return the part of an international number (+442079460018) that a typed one must be."""
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    digits = digits.removeprefix("00") if len(digits) > len("0044") + 4 else digits
    return _TRUNK_ZERO.sub(r"\1", digits.removeprefix("0"))


def _spellings(word):
    if word.isdecimal():  # the beginning or the end of a number
        return (word.removeprefix("0") or word,)
    without = word.replace("-", "")
    return (word, without) if without and without != word else (word,)
