"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import Article, Citation, Cover, Revision
from articles.models.figures import Figure
from articles.models.library import Person, Shape, Topic
from articles.models.references import Reference, StudyKind
from articles.models.versions import ContentVersion

__all__ = [
    "Article",
    "Citation",
    "ContentVersion",
    "Cover",
    "Figure",
    "Person",
    "Reference",
    "Revision",
    "Shape",
    "StudyKind",
    "Topic",
]
