"""What is counted of visitors who come from an article; nothing here tells who they were."""

from articles.models import DailyCount


class StartCount(DailyCount):
    """How often visitors came from an article to the list of times on a day."""

    class Meta(DailyCount.Meta):
        pass
