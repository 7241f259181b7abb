"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import SEARCH_CONFIG, SEARCH_ONLY, Article, Citation, Cover, Revision
from articles.models.figures import Figure
from articles.models.library import Person, Shape, Topic, Word
from articles.models.references import Reference, StudyKind

__all__ = [
    "SEARCH_CONFIG",
    "SEARCH_ONLY",
    "Article",
    "Citation",
    "Cover",
    "Figure",
    "Person",
    "Reference",
    "Revision",
    "Shape",
    "StudyKind",
    "Topic",
    "Word",
]
