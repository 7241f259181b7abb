"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import Article, Citation, Cover, Revision
from articles.models.figures import Figure
from articles.models.library import Person, Shape, Topic
from articles.models.reading import Feedback, ReadNext
from articles.models.references import Reference, StudyKind

__all__ = [
    "Article",
    "Citation",
    "Cover",
    "Feedback",
    "Figure",
    "Person",
    "ReadNext",
    "Reference",
    "Revision",
    "Shape",
    "StudyKind",
    "Topic",
]
