"""The glossary, as cookie-free as every page for readers."""

from django.db.models import Prefetch
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles.caching import public_page
from articles.models import GlossaryTerm, TermUse


@public_page()
@require_safe
def glossary(request):
    """List every term with its definition and the live articles that use it. Two queries."""
    uses = TermUse.objects.live(timezone.now()).defer("revision__html", "revision__body", "revision__references_html")
    terms = GlossaryTerm.objects.prefetch_related(Prefetch("uses", uses.order_by("revision__title"), "live_uses"))
    return render(request, "articles/glossary.html", {"terms": terms})
