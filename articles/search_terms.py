"""What a person typed into the search field, as terms. Pure: no models, no settings.

"Quotes" ask for words next to each other, a minus leaves articles out. Nothing a person can type is an error of
syntax: what means nothing is left aside.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

MAX_LENGTH = 200
SHORTEST_PREFIX = 3  # letters; fewer begin words in nearly every article

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("−–—", "-"))
_TERM = re.compile(r'(-?)"([^"]*)"|([^\s"]+)')
_WORD = re.compile(r"[^\W\d_]{4,}")


class NothingToLookFor(ValueError):
    """Why nothing can be searched for, in words for the person who typed."""


@dataclass(frozen=True)
class Term:
    """One thing an article has to say, or (is_excluded) must not.

    prefix: how a longer word may begin and count, or "". also: other words for the same. topics: ids of the topics
    that it names, whose articles count as saying it.
    """

    words: str
    is_phrase: bool = False
    is_excluded: bool = False
    prefix: str = ""
    also: tuple[str, ...] = ()
    topics: frozenset[int] = frozenset()

    @property
    def typed(self) -> str:
        """Return it as it may be typed again."""
        quoted = f'"{self.words}"' if self.is_phrase else self.words
        return f"-{quoted}" if self.is_excluded else quoted


@dataclass(frozen=True)
class Synonyms:
    """Names of one thing. Those of a topic (its id) all lead to the first, which is its own; others to each other."""

    names: tuple[str, ...]
    topic: int | None = None


def printable(text: str) -> str:
    """Return a text without the characters that cannot be seen: NUL, controls, soft hyphens."""
    kinds = {"Cf": ""}
    return "".join(kinds.get(kind, " ") if (kind := unicodedata.category(c))[0] == "C" else c for c in text)


def folded(text: str) -> str:
    """Return a text as words are compared: small letters, no accents, single blanks."""
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).casefold().split())


def words_in(text: str) -> set[str]:
    """Return the words of a text, folded, that somebody may mistype: of 4 to 40 letters."""
    return {word for word in _WORD.findall(folded(text)) if len(word) <= 40}


def parse_terms(text: str) -> list[Term]:
    """Return the terms of a query in order. Raises NothingToLookFor."""
    if len(text) > MAX_LENGTH:
        raise NothingToLookFor(f"That is too long to search for. Use {MAX_LENGTH} characters or fewer.")
    terms = []
    for minus, phrase, word in _TERM.findall(printable(text).translate(_QUOTES)):
        words = " ".join((phrase or word.removeprefix("-")).split())
        if any(c.isalnum() for c in words):
            terms.append(Term(words, is_phrase=bool(phrase), is_excluded=bool(minus) or word.startswith("-")))
    if not terms:
        raise NothingToLookFor("Type a word to search for.")
    letters = sum(c.isalnum() for term in terms if not term.is_excluded for c in term.words)
    if not letters:
        raise NothingToLookFor("Add a word to search for: a minus only leaves articles out.")
    if letters == 1:
        raise NothingToLookFor("Type at least two letters.")
    return [*terms[:-1], replace(terms[-1], prefix=_prefix_of(terms[-1]))]


def _prefix_of(term):
    """Return what the last word that was typed may be the beginning of."""
    beginning = "" if term.is_phrase or term.is_excluded else folded(term.words)
    return beginning if len(beginning) >= SHORTEST_PREFIX and re.fullmatch(r"[a-z0-9]+", beginning) else ""


def with_synonyms(terms: Iterable[Term], synonyms: Iterable[Synonyms]) -> list[Term]:
    """Return the terms with other words for the same; several words that make one name become one term."""
    named: dict[str, list[Synonyms]] = {}
    for group in synonyms:
        for name in {folded(name) for name in group.names}:
            named.setdefault(name, []).append(group)
    longest = max((len(name.split()) for name in named), default=0)
    found, rest = [], list(terms)
    while rest:
        term, rest = _first_named(rest, named, longest)
        found.append(term)
    return found


def _first_named(terms, named, longest):
    """Return the first term, joined with those after it as far as together they are a name, and the terms left."""
    for count in range(min(longest, len(terms)), 0, -1):
        run = terms[:count]
        words = " ".join(term.words for term in run)
        groups = named.get(folded(words), [])
        is_joinable = count == 1 or not any(term.is_phrase for term in run)
        if groups and is_joinable and not any(term.is_excluded for term in run):
            also = {name for group in groups for name in (group.names[:1] if group.topic else group.names)}
            term = replace(
                run[0],
                words=words,
                prefix=run[0].prefix if count == 1 else "",
                also=tuple(sorted(name for name in also if folded(name) != folded(words))),
                topics=frozenset(group.topic for group in groups if group.topic),
            )
            return term, terms[count:]
    return terms[0], terms[1:]
