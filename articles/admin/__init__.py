"""The editors' back office. Importing the modules registers them."""

from articles.admin import articles, figures, library, reading, references  # noqa: F401
