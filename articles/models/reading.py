"""What leads a reader on, what readers say, and how many there are; nothing here tells who they were."""

from collections.abc import Mapping
from datetime import date

from django.db import connection, models
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


class DailyCountManager(models.Manager):
    ADD = """
        INSERT INTO {table} AS kept (article_id, "on", count)
        SELECT article.id, seen."on", sum(seen.count)
        FROM unnest(%s::text[], %s::date[], %s::integer[]) AS seen (slug, "on", count)
        JOIN (
            SELECT id, slug FROM articles_article UNION SELECT article_id, slug FROM articles_oldaddress
        ) AS article USING (slug)
        GROUP BY article.id, seen."on"
        ORDER BY article.id, seen."on"  -- in one order, so that processes wait for each other and never in a circle
        ON CONFLICT (article_id, "on") DO UPDATE SET count = kept.count + excluded.count
    """

    def add(self, counts: Mapping[tuple[str, date], int]) -> None:
        """Add counts by an article's slug and day to those kept; one it had before it moved is its slug too.

        Slugs of no article are left out. One statement.
        """
        slugs, days = zip(*counts, strict=True)
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(self.model._meta.db_table)
            cursor.execute(self.ADD.format(table=table), [list(slugs), list(days), list(counts.values())])


class DailyCount(models.Model):
    """How often something happened with an article on a day in London."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    count = models.PositiveIntegerField()

    objects = DailyCountManager()

    class Meta:
        abstract = True
        ordering = ["-on", "article"]
        constraints = [models.UniqueConstraint(name="%(class)s_once_a_day", fields=["article", "on"])]

    def __str__(self):
        return f"{self.on}, {self.article_id}: {self.count}"


class ViewCount(DailyCount):
    """How often readers opened an article on a day."""

    class Meta(DailyCount.Meta):
        pass
