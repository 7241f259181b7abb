"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import Article, Citation, Cover, Revision
from articles.models.figures import Figure
from articles.models.glossary import GlossaryTerm, TermUse
from articles.models.library import Person, Shape, Topic
from articles.models.references import Reference, StudyKind

__all__ = [
    "Article",
    "Citation",
    "Cover",
    "Figure",
    "GlossaryTerm",
    "Person",
    "Reference",
    "Revision",
    "Shape",
    "StudyKind",
    "TermUse",
    "Topic",
]
