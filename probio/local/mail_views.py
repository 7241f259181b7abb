"""Pages that show what the mail sink has kept."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from probio.framing import framed_mail, shows_mail

MOST_SHOWN = 200
WHOLE = "[!.]*.eml"  # a name that begins with a dot is a message still being written


@never_cache
@require_safe
def mail_list(request):
    """List the newest messages first."""
    files = sorted(_folder().glob(WHOLE), reverse=True)[:MOST_SHOWN]
    mails = [_summary(file) for file in files]
    return render(request, "dev/mail_list.html", {"mails": mails, "folder": _folder()})


@never_cache
@require_safe
@shows_mail
def mail_detail(request, name):
    """Show one message: headers, text, HTML in a frame, attachments as downloads."""
    message = _message_or_404(name)
    text, html = message.get_body(["plain"]), message.get_body(["html"])
    context = {
        "name": name,
        "subject": message["Subject"],
        "headers": list(message.items()),
        "text": text.get_content() if text else "",
        "has_html": html is not None,
        "attachments": [part.get_filename() or part.get_content_type() for part in message.iter_attachments()],
    }
    return render(request, "dev/mail_detail.html", context)


@never_cache
@require_safe
@framed_mail
def mail_html(request, name):
    """Give the HTML part as it is, under a policy that lets it show and do nothing else."""
    html = _message_or_404(name).get_body(["html"])
    if html is None:
        raise Http404("no HTML part")
    return HttpResponse(html.get_content())


@never_cache
@require_safe
def mail_attachment(request, name, number):
    """Give an attachment (counted from 1) as a download."""
    attachments = list(_message_or_404(name).iter_attachments())
    if not 0 < number <= len(attachments):
        raise Http404("no such attachment")
    part = attachments[number - 1]
    response = HttpResponse(part.get_payload(decode=True), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="attachment-{number}{_suffix(part)}"'
    return response


def _summary(file: Path) -> dict:
    message = _read(file)
    return {"name": _name(file), "subject": message["Subject"], "to": message["To"], "date": message["Date"]}


def _folder() -> Path:
    return settings.LOCAL_DIR / "mail"


def _name(file: Path) -> str:
    """Return the file's name as a slug, which no path separator fits into."""
    return file.stem.replace(".", "_")


def _message_or_404(name: str) -> EmailMessage:
    file = next((file for file in _folder().glob(WHOLE) if _name(file) == name), None)
    if file is None:
        raise Http404("no such message")
    return _read(file)


def _read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=default)


def _suffix(part):
    return ".ics" if part.get_content_type() in ("application/ics", "text/calendar") else ".bin"
