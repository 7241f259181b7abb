"""Which few words of an article to show for a search. Pure: no models, no settings.

A text comes as PostgreSQL's ts_headline gives it, with every word found between START and STOP.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

START, STOP = "\ue000", "\ue001"  # for private use: no article has them
LENGTH = 220  # characters, about three lines
BEFORE = 90  # of them before the first word found, at most

_MARKED = re.compile(f"{START}([^{START}{STOP}]*){STOP}")
_MARK = re.compile(f"[{START}{STOP}]")


@dataclass(frozen=True)
class Snippet:
    """Words of an article, as (words, is_found) in order; the section they are in; how often anything was found."""

    parts: list[tuple[str, bool]]
    section: str
    mentions: int


def make_snippet(marked: str, headings: Iterable[str]) -> Snippet:
    """Return the passage that has most of what was found.

    marked: the standfirst and each block of the body, a line for each. headings: of its sections, in order.
    """
    best, best_score, section_of_best = "", (-1, 0), ""
    for section, is_heading, line in _in_sections(marked, headings):
        found = _MARKED.findall(line)
        score = (len({words.casefold() for words in found}), not is_heading if found else 0)
        if score > best_score:
            best, best_score, section_of_best = line, score, section
    return Snippet(_passage(best), section_of_best, len(_MARKED.findall(marked)))


def _in_sections(marked, headings) -> Iterator[tuple[str, bool, str]]:
    """Yield (heading of the section, whether this is it, line) for each line."""
    section, to_come = "", list(headings)
    for line in marked.splitlines():
        is_heading = _MARK.sub("", line) in to_come[:1]
        if is_heading:
            section = to_come.pop(0)
        yield section, is_heading, line


def _passage(line) -> list[tuple[str, bool]]:
    """Return the part of a line around the first word found."""
    words = _MARK.sub("", line)
    found, removed = [], 0
    for match in _MARKED.finditer(line):
        found.append((match.start() - removed, match.start() - removed + len(match[1])))
        removed += 2
    start = _start(words, found[0][0]) if found else 0
    end = len(words)
    if end - start > LENGTH:
        end = max(words.rfind(" ", start, start + LENGTH), found[0][1] if found else start + LENGTH // 2)
    parts, at = [("… ", False)] if start else [], start
    for first, last in found:
        if first >= start and last <= end:
            parts += [(words[at:first], False), (words[first:last], True)]
            at = last
    parts.append((words[at:end] + (" …" if end < len(words) else ""), False))
    return [part for part in parts if part[0]]


def _start(words, found_at) -> int:
    """Return where to begin: at the sentence of the first word found, or at a word not long before it."""
    if found_at <= BEFORE:
        return 0
    sentence = max(words.rfind(mark, 0, found_at) for mark in (". ", "? ", "! ")) + 2
    if sentence > 1 and found_at - sentence <= BEFORE:
        return sentence
    return words.rfind(" ", 0, found_at - BEFORE // 2) + 1
