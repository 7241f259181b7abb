"""The articles tables: the library of references and figures, the articles, and their immutable revisions."""

from articles.models.articles import (
    INTERESTS,
    LIVE,
    NEIGHBOURS,
    SEARCH_CONFIG,
    SEARCH_ONLY,
    Article,
    Citation,
    Cover,
    Revision,
    State,
)
from articles.models.figures import Figure, FigureImage, FigureKind, FigureUse, ImageState
from articles.models.glossary import GlossaryTerm, TermUse
from articles.models.library import Person, Shape, Topic, Word
from articles.models.publications import OldAddress, PreviewLink, Publication
from articles.models.reading import DailyCount, Feedback, ReadNext, ViewCount
from articles.models.references import Reference, RetractionState, StudyKind
from articles.models.versions import ContentVersion

__all__ = [
    "INTERESTS",
    "LIVE",
    "NEIGHBOURS",
    "SEARCH_CONFIG",
    "SEARCH_ONLY",
    "Article",
    "Citation",
    "ContentVersion",
    "Cover",
    "DailyCount",
    "Feedback",
    "Figure",
    "FigureImage",
    "FigureKind",
    "FigureUse",
    "GlossaryTerm",
    "ImageState",
    "OldAddress",
    "Person",
    "PreviewLink",
    "Publication",
    "ReadNext",
    "Reference",
    "RetractionState",
    "Revision",
    "Shape",
    "State",
    "StudyKind",
    "TermUse",
    "Topic",
    "ViewCount",
    "Word",
]
