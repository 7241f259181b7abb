"""Read pages as a strict HTML5 parser and a reader do."""

import html5lib


def parse(response):
    """Return the page's root element, without namespaces; a parse error fails the test."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(response.content.decode())


def text_of(response):
    """Return the words of a page's main element, with single blanks."""
    main = parse(response).find(".//main")
    return " ".join("".join(main.itertext()).split())
