"""Search in the live revisions of live articles: PostgreSQL's full text search, trigrams for mistyped words.

The order of what is found. A word counts for where it stands, most in the title (A, 1.0), then standfirst (B, 0.4),
headings (C, 0.2) and text (D, 0.1), and its further mentions for less and less: a long text cannot outdo a title.
That an article is filed under a topic the query names counts like a mention in its standfirst. The best 200 by title,
standfirst and headings are then ordered by all of their words and by how near those stand to each other; what is as
good comes newest first. Ten thousand texts need not be read for that: only the short vector lies in the row itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import (
    SearchHeadline,
    SearchQuery,
    SearchRank,
    SearchVectorField,
    TrigramSimilarity,
)
from django.core.paginator import Page, Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Coalesce, Concat
from psycopg2.errors import QueryCanceled

from articles.models import NEIGHBOURS, SEARCH_CONFIG, Article, GlossaryTerm, Revision, Topic, Word
from articles.search_snippets import START, STOP, make_snippet
from articles.search_terms import NothingToLookFor, Synonyms, Term, folded, parse_terms, with_synonyms

TIMEOUT = "300ms"
PAGE_SIZE = 10
MOST_SHOWN = 200
TOPIC_RANK = 0.24  # what ts_rank gives for one mention of weight B
FEW = 3  # fewer results than these may come of a typing error
SHORTEST_MISTYPED = 4  # letters
CANDIDATES = 5  # words like a mistyped one that are tried

# Of an article that was found, a card shows these. The words for its snippet come marked, as `marked`.
_CARD = ("live_revision__title", "live_revision__contents", "topic", "slug", "cover")

# read: the vector where no index of it helps.
_REVISIONS = Revision.objects.order_by().alias(
    neighbours=NEIGHBOURS, read=Coalesce("search_vector", Value(""), output_field=SearchVectorField())
)


class SearchTooSlow(Exception):
    """PostgreSQL gave up on a search after TIMEOUT."""


@dataclass(frozen=True)
class Results:
    """What was found.

    page: of at most MOST_SHOWN articles, each with its `snippet`. total: how many match, MOST_SHOWN + 1 for any number
    above. is_partial: no article says all of it, these say some. suggestion: another query that finds something, or "".
    counts_mentions: one word was typed, so that each word found is a mention.
    """

    page: Page
    total: int
    is_partial: bool
    suggestion: str
    counts_mentions: bool


def synonyms_of(topics: list[Topic], glossary: Iterable[GlossaryTerm]) -> list[Synonyms]:
    """Return what topics are called, and what the words of the glossary are."""
    of_topics = [Synonyms((topic.name, *topic.synonyms), topic.pk) for topic in topics]
    return of_topics + [Synonyms(term.names) for term in glossary if len(term.names) > 1]


def search(text: str, *, synonyms: list[Synonyms], topic: Topic | None, page: str, now) -> Results:
    """Return the articles live at `now` that match what a person typed, best first.

    topic: look there only. page: number as it came; a bad one is the first or the last.
    Raises NothingToLookFor and SearchTooSlow. Opens a transaction of its own.
    """
    terms = parse_terms(text)
    articles = Article.objects.live(now)
    if topic is not None:
        articles = articles.filter(topic=topic)
    try:
        with transaction.atomic(durable=True):
            _set_limits()
            return _search(articles, terms, synonyms, page)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise SearchTooSlow from error
        raise


def _set_limits():
    """Bound each statement of the transaction in time, and keep it from reading every text.

    The planner thinks that vectors lie in the rows; with words that most articles use it would rather read all of
    them than the index, which takes ten times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true), "
            "set_config('enable_indexscan', 'off', true)",  # by another index: as bad
            [TIMEOUT],
        )


def _drop_common_words(terms):
    """Return the terms that mean something to PostgreSQL, which skips words such as "the"."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT numnode(plainto_tsquery(%s::regconfig, words)) > 0 "
            "FROM unnest(%s::text[]) WITH ORDINALITY AS term (words, place) ORDER BY place",
            [SEARCH_CONFIG, [term.words for term in terms]],
        )
        meant = [term for term, (is_meant,) in zip(terms, cursor.fetchall(), strict=True) if is_meant]
    if all(term.is_excluded for term in meant):
        raise NothingToLookFor("That is in nearly every article. Add a word that says what you would like to know.")
    return meant


def _search(articles, terms, synonyms, page):
    query = _Query(with_synonyms(_drop_common_words(terms), synonyms))
    total, found = query.best_of(articles)
    suggestion = _suggest(articles, query, synonyms) if total < FEW else ""
    is_partial = not total and len(query.wanted) > 1
    if is_partial:
        query = _Query(query.terms, join=or_)
        total, found = query.best_of(articles)
    shown = Paginator(found, PAGE_SIZE).get_page(page)
    shown.object_list = query.cards(shown.object_list)
    is_one_word = len(terms) == 1 and " " not in terms[0].words
    return Results(shown, total, is_partial and total > 0, suggestion, counts_mentions=is_one_word)


class _Query:
    """Terms as PostgreSQL understands them; join: and_ when an article has to say all of them, or_ when any."""

    def __init__(self, terms, join=and_):
        self.terms, self.join = terms, join
        self.wanted = [term for term in terms if not term.is_excluded]
        self.unwanted = [~_tsquery(term) for term in terms if term.is_excluded]
        self.topics = {topic for term in self.wanted for topic in term.topics}
        self.any = reduce(or_, map(_tsquery, self.wanted))
        self.all = reduce(and_, map(_tsquery, self.wanted))
        self.neighbours = _neighbours_in([words for term in self.wanted for words in _phrases_of(term)])

    def best_of(self, articles):
        """Return how many articles match, MOST_SHOWN + 1 for more, and the ids of the best, in order."""
        matching = articles.filter(self._matches())
        rank = SearchRank(F("live_revision__head_vector"), self.any) + self._topic_rank
        ids = matching.order_by(rank.desc(), "-publish_at", "-pk").values_list("pk", flat=True)
        ids = list(ids[: MOST_SHOWN + 1])
        vector = F("live_revision__search_vector")
        rank = SearchRank(vector, self.any)  # reads the vector, so not twice for the same
        rank = (rank * 2.0 if len(self.wanted) == 1 else rank + SearchRank(vector, self.all)) + self._topic_rank
        best = Article.objects.filter(pk__in=ids[:MOST_SHOWN]).order_by(rank.desc(), "-publish_at", "-pk")
        return len(ids), list(best.values_list("pk", flat=True))

    def cards(self, ids):
        """Return the articles of these ids in this order, with what a card shows and the snippet."""
        words = Concat("live_revision__standfirst", Value("\n"), "live_revision__text", output_field=TextField())
        marked = SearchHeadline(
            words, self.any, config=SEARCH_CONFIG, start_sel=START, stop_sel=STOP, highlight_all=True
        )
        rows = Article.objects.select_related("live_revision", "topic").only(*_CARD).annotate(marked=marked)
        articles = rows.in_bulk(ids)
        for article in articles.values():
            headings = [section["text"] for section in article.live_revision.contents]
            article.snippet = make_snippet(article.marked, headings)
        return [articles[pk] for pk in ids]

    @property
    def _topic_rank(self):
        return Case(When(topic__in=self.topics, then=Value(TOPIC_RANK)), default=Value(0.0))

    def _matches(self):
        """Return what an article must fulfil: its words say it, or its topic does for the term that names it."""
        matches = self._says(self.wanted)
        for term in self.wanted:
            if term.topics:
                others = [other for other in self.wanted if other is not term] if self.join is and_ else []
                matches |= Q(topic__in=term.topics) & self._says(others)
        return matches

    def _says(self, terms):
        if self.unwanted or not terms:
            said = [reduce(self.join, map(_tsquery, terms))] if terms else []
            conditions = [Q(search_vector=reduce(and_, [*said, *self.unwanted]))] if said or self.unwanted else []
        else:
            conditions = self._conditions(terms)
        if not conditions:
            return Q()
        if self.join is or_:
            conditions = [reduce(or_, conditions)]
        # By themselves, each from an index: of an AND the planner would rather try the second on what the first found.
        one, *others = (_REVISIONS.filter(condition).values("pk") for condition in conditions)
        return Q(live_revision__in=one.intersection(*others) if others else one)

    def _conditions(self, terms):
        phrases = [term for term in terms if any(self.neighbours[words] for words in _phrases_of(term))]
        words = [term for term in terms if term not in phrases]
        said = [Q(search_vector=reduce(self.join, map(_tsquery, words)))] if words else []
        return said + [self._said(term) for term in phrases]

    def _said(self, term):
        """Return the condition for a term of which something is a phrase, found by pairs of words.

        For a phrase in a tsquery PostgreSQL reads each text that has the words somewhere, which takes ten times as
        long. A typed one of three words and more is read for all the same, in the few texts that have its pairs.
        """
        pairs = {words: found for words in _phrases_of(term) if (found := self.neighbours[words])}
        said = [Q(neighbours__contains=found) for words, found in pairs.items() if words in term.also]
        if own := term.is_phrase and pairs.get(term.words):
            said.append(Q(neighbours__contains=own) & (Q() if len(own) == 1 else Q(read=_phrase(term.words))))
        else:
            said.append(Q(search_vector=_tsquery(replace(term, also=()))))
        said += [Q(search_vector=_phrase(name)) for name in term.also if name not in pairs]
        return reduce(or_, said)


def _phrases_of(term):
    return (term.words, *term.also) if term.is_phrase else term.also


def _neighbours_in(phrases):
    """Return for each phrase the pairs of words that follow each other in it, None where it is one word."""
    if not phrases:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT words, neighbours(to_tsvector(%s::regconfig, words)) FROM unnest(%s::text[]) AS words",
            [SEARCH_CONFIG, phrases],
        )
        return dict(cursor.fetchall())


def _tsquery(term):
    """Return a term as PostgreSQL's own parser reads it: nothing that was typed is syntax."""
    query = _phrase(term.words) if term.is_phrase else SearchQuery(term.words, config=SEARCH_CONFIG)
    for name in term.also:
        query |= _phrase(name)
    if term.prefix:  # of small letters and digits only
        query |= SearchQuery(f"{term.prefix}:*", config="simple", search_type="raw")
    return query


def _phrase(words):
    return SearchQuery(words, config=SEARCH_CONFIG, search_type="phrase")


def _suggest(articles, query, synonyms):
    """Return the query with each word that no article has replaced by the likest that one has, or ""."""
    typed = [_likest(articles, term) or term.typed for term in query.terms]
    if typed == [term.typed for term in query.terms]:
        return ""
    suggestion = " ".join(typed)
    better = _Query(with_synonyms(parse_terms(suggestion), synonyms))
    return suggestion if articles.filter(better._matches()).exists() else ""


def _likest(articles, term):
    """Return the word most like a mistyped one that a live article has, or None when this one is not mistyped.

    The words of drafts are known, too: each is looked for in what readers may see before it is shown to them.
    """
    word = folded(term.words)
    if term.is_phrase or term.is_excluded or term.topics or term.also or len(word) < SHORTEST_MISTYPED or " " in word:
        return None
    if articles.filter(_Query([term])._matches()).exists():
        return None
    alike = Word.objects.filter(text__trigram_similar=word).order_by(TrigramSimilarity("text", word).desc(), "text")
    candidates = alike.values_list("text", flat=True)[:CANDIDATES]
    return next((text for text in candidates if articles.filter(_Query([Term(text)])._matches()).exists()), None)
