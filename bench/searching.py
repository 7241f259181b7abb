"""Search in ten thousand articles through the page, against a plain ILIKE over the same words: `make bench`."""

import itertools
import random
import statistics
import time
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone

from articles.models import Article, Cover, GlossaryTerm, Person, Revision, Topic, Word

ARTICLES, WORDS, BATCH, ROUNDS = 10_000, 1_000, 500, 40
FREQUENT = ["gut", "bacteria", "people", "fibre", "study", "microbiome", "digestion", "probiotic", "immune", "butyrate"]
SYLLABLES = [
    "ba",
    "ci",
    "lo",
    "mu",
    "ra",
    "ti",
    "en",
    "so",
    "ve",
    "di",
    "gu",
    "po",
    "ne",
    "fa",
    "li",
    "ko",
    "sha",
    "tre",
]
ILIKE = """
SELECT article.slug, revision.title, revision.standfirst
FROM articles_article AS article JOIN articles_revision AS revision ON revision.id = article.live_revision_id
WHERE publish_at <= now() AND (title ILIKE %(like)s OR standfirst ILIKE %(like)s OR text ILIKE %(like)s)
ORDER BY publish_at DESC LIMIT 10
"""
_random = random.Random(7)  # noqa: S311 -- the same articles and queries each time


def run():
    vocabulary = FREQUENT + _made_up(20_000)
    _write(vocabulary)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client, all_pages, all_likes = Client(), [], []
    print(f"  search, {ARTICLES:,} articles of {WORDS:,} words")
    for kind, queries in _queries(vocabulary).items():
        pages, likes = [_page(client, query) for query in queries], [_ilike(query) for query in queries]
        all_pages, all_likes = all_pages + pages, all_likes + likes
        print(f"    {kind:<21} median {statistics.median(pages):.0f} ms, p95 {_p95(pages):.0f} ms")
    ratio = statistics.mean(all_pages) / statistics.mean(all_likes)
    print(f"    all                   median {statistics.median(all_pages):.0f} ms, p95 {_p95(all_pages):.0f} ms")
    print(f"    page / ILIKE          {ratio:.2f} x on average (its p95 {_p95(all_likes):.0f} ms)")


def _made_up(count):
    words = set()
    while len(words) < count:
        words.add("".join(_random.choices(SYLLABLES, k=_random.randint(2, 5))))
    return sorted(sorted(words), key=lambda word: _random.random())


def _queries(vocabulary):
    """Return for each kind of query as many as are measured; words as frequent as people's questions are."""
    usual, rare = vocabulary[10:400], vocabulary[2_000:12_000]
    long = [word for word in rare if len(word) > 6]
    pick = _random.choice
    makers = {
        "frequent word": lambda: pick(FREQUENT),
        "usual word": lambda: pick(usual),
        "rare word": lambda: pick(rare),
        "two words": lambda: f"{pick(FREQUENT)} {pick(usual)}",
        "phrase": lambda: f'"{pick(FREQUENT)} {pick(usual)}"',
        "three-word phrase": lambda: f'"{pick(FREQUENT)} {pick(FREQUENT)} {pick(usual)}"',
        "word with other names": lambda: "flora",
        "word left out": lambda: f"{pick(usual)} -{pick(usual)}",
        "beginning of a word": lambda: pick(long)[:5],
        "mistyped": lambda: (lambda word: word[:2] + word[3] + word[2] + word[4:])(pick(long)),
        "nothing found": lambda: f"xw{pick(rare)}zq",
    }
    return {kind: [make() for _ in range(ROUNDS)] for kind, make in makers.items()}


def _write(vocabulary):
    """Publish the articles, one in ten after an earlier version, with words as uneven as in a language (Zipf)."""
    now = timezone.now()
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))

    def words(count):
        return " ".join(_random.choices(vocabulary, cum_weights=weights, k=count))

    paragraphs = [words(WORDS // 10) for _ in range(ARTICLES)]
    GlossaryTerm.objects.create(key="bench", name="flora", also_called="gut bacteria, fibre study", definition="Bench.")
    topic = Topic.objects.filter(shape="rod").first()  # the sample articles', where they are
    topic = topic or Topic.objects.create(slug="bench", name="Bench", shape="rod", synonyms=["bank"])
    author, reviewer = (Person.objects.create(name=name, slug=name, role="Bench") for name in ("bench-a", "bench-b"))

    def revision_of(article, number):
        return Revision(
            article=article,
            number=number,
            title=words(6),
            standfirst=words(20),
            author=author,
            reviewer=reviewer,
            reviewed_on=now.date(),
            created_at=now,
            contents=[],
            word_count=WORDS,
            text="\n".join(_random.choices(paragraphs, k=10)),
            headings=words(10),
        )

    for first in range(0, ARTICLES, BATCH):
        articles = Article.objects.bulk_create(
            Article(slug=f"bench-{n}", topic=topic, cover=Cover.FIBRE, publish_at=at, changed_at=at)
            for n, at in ((n, now - timedelta(minutes=n)) for n in range(first, first + BATCH))
        )
        Revision.objects.bulk_create(revision_of(article, 1) for article in articles[::10])
        for article, revision in zip(
            articles, Revision.objects.bulk_create(revision_of(article, 2) for article in articles), strict=True
        ):
            article.live_revision = revision
        Article.objects.bulk_update(articles, ["live_revision"])
    Word.objects.remember(vocabulary)


def _page(client, query):
    started = time.perf_counter()
    page = client.get("/articles/search/", {"q": query})
    taken = time.perf_counter() - started
    assert b"took too long" not in page.content, query
    return taken * 1000


def _ilike(query):
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(ILIKE, {"like": f"%{query.strip(chr(34))}%"})
        cursor.fetchall()
    return (time.perf_counter() - started) * 1000


def _p95(values):
    return statistics.quantiles(values, n=20)[18]
