"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import Article, Citation, Cover, Revision
from articles.models.library import Figure, Person, Reference, Shape, StudyKind, Topic

__all__ = [
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
]
