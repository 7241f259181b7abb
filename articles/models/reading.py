"""What leads a reader on, and what readers say: articles to read next, and whether one was useful."""

from django.db import models
from django.db.models import F, Q

from articles.models.articles import Article


class ReadNext(models.Model):
    """An article that an editor recommends at the end of another, before those found by topic and sources."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="read_next")
    recommended = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="recommended_after")
    position = models.PositiveSmallIntegerField(default=1, help_text="1 comes first.")

    class Meta:
        ordering = ["article", "position"]
        verbose_name = verbose_name_plural = "read next"
        constraints = [
            models.UniqueConstraint(
                name="readnext_once",
                fields=["article", "recommended"],
                violation_error_message="This article is recommended already.",
            ),
            models.CheckConstraint(
                name="readnext_another",
                condition=~Q(article=F("recommended")),
                violation_error_message="An article cannot be read next after itself.",
            ),
        ]

    def __str__(self):
        return f"{self.position}. {self.recommended}"


class Feedback(models.Model):
    """Whether an article was useful to somebody, and what they had to say. Nothing here tells who it was."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="feedback")
    was_useful = models.BooleanField()
    words = models.TextField(max_length=1000, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["-given_at"]
        verbose_name_plural = "feedback"

    def __str__(self):
        return f"{'Useful' if self.was_useful else 'Not useful'}: {self.article}"
