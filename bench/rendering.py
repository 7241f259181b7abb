"""How long an article of 3,000 words and 40 citations takes from body to page, against sanitising it alone."""

import statistics
import time

import html5lib

from articles import document, rendering

WORDS, CITATIONS, ROUNDS = 3_000, 40, 40
SENTENCE = "Bacteria of the gut were counted, named and counted again before anybody said a word about health. "
BUDGET = 150  # ms


def run():
    body, sources = _article()
    whole = _measure(lambda: rendering.render(document.parse(body), sources, {}))
    nh3_alone = _measure(lambda: document.sanitise(body))
    parser_alone = _measure(lambda: html5lib.parseFragment(body))
    words = document.parse(body).word_count
    print(f"  rendering, {words:,} words, {CITATIONS} citations")
    print(f"    median                {whole:.1f} ms, of {BUDGET} ms allowed")
    print(f"    / sanitising alone    {whole / nh3_alone:.1f} x")
    print(f"    / html5lib's parsing  {whole / parser_alone:.2f} x")


def _article():
    """Return a body, and the sources it cites, each twice."""
    keys = [f"source{n}" for n in range(CITATIONS // 2)]
    sources = {
        key: rendering.Source(
            label=key, kind="Review", html="A. B. <i>Gut</i>. 2021.", doi="10.1000/x", summary=SENTENCE
        )
        for key in keys
    }
    a_paragraph = WORDS // CITATIONS // len(SENTENCE.split()) + 1
    paragraphs = []
    for n in range(CITATIONS):
        heading = f"<h2>Section {n}</h2>" if n % 5 == 0 else ""
        cite = f'<cite data-cite="{keys[n % len(keys)]}" data-locator="p. {n + 1}"></cite>'
        paragraphs.append(f"{heading}<p>{SENTENCE * a_paragraph}<em>Akkermansia</em>.{cite}</p>")
    return "".join(paragraphs), sources


def _measure(work):
    work()
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)
