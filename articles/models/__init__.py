"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import Article, Citation, Cover, Revision
from articles.models.figures import Figure, FigureImage, FigureKind, FigureUse, ImageState
from articles.models.library import Person, Shape, Topic
from articles.models.references import Reference, StudyKind

__all__ = [
    "Article",
    "Citation",
    "Cover",
    "Figure",
    "FigureImage",
    "FigureKind",
    "FigureUse",
    "ImageState",
    "Person",
    "Reference",
    "Revision",
    "Shape",
    "StudyKind",
    "Topic",
]
