"""What a program reads in a page: where it leads, what it says, and how it is drawn."""

import re
from hashlib import sha256
from html.parser import HTMLParser

READ_ALOUD = ("aria-label", "title", "placeholder", "alt", "data-label")
UNREAD = ("script", "style", "template", "svg")
VOID = ("input", "br", "hr", "img", "meta", "link", "col", "source", "wbr")
# Whether one of these says anything belongs to how a page is drawn; what it says does not.
SAYING = (*READ_ALOUD, "id", "for", "name", "value", "href", "src", "action", "formaction", "datetime", "list")


class Reading(HTMLParser):
    """The links of a page and what it says, piece by piece; words marked as another language's are left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.said: list[str] = []
        self._unread: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a link and of what is read aloud."""
        given = dict(attrs)
        link = given.get("href") or given.get("src") or ""
        if link.startswith("/") and "hreflang" not in given:  # the same page in the other language
            self.links.append(link)
        if self._unread:
            if tag == self._unread[-1]:
                self._unread.append(tag)
            return
        if tag in UNREAD or (tag != "html" and "lang" in given):
            self._unread.append(tag)
            return
        self.said += [str(given[name]) for name in READ_ALOUD if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        """Read on after what is left out."""
        if self._unread and tag == self._unread[-1]:
            self._unread.pop()

    def handle_data(self, data: str) -> None:
        """A piece of text."""
        if not self._unread and data.strip():
            self.said.append(re.sub(r"\s+", " ", data).strip())


class Drawing(HTMLParser):
    """The tags between <main> and </main>, one inside the other, with what tells them apart to the eye.

    Brothers that are alike, such as the rows of a table, are drawn once.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self._open: list[tuple[str, dict[str, None]]] = [("", {})]
        self.feed(html[html.find("<main") : html.find("</main>")])
        while len(self._open) > 1:
            self._close()

    @property
    def text(self) -> str:
        """The same for pages that are drawn alike."""
        return "".join(self._open[0][1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens within the one that is open."""
        told = sorted(
            (name, bool(said) if _is_saying(name) else re.sub(r"\d+", "0", said or "")) for name, said in attrs
        )
        self._open.append((f"{tag}{told}", {}))
        if tag in VOID:
            self._close()

    def handle_endtag(self, tag: str) -> None:
        """What is open closes, up to its beginning; some tags close themselves."""
        if any(begun.startswith(f"{tag}[") for begun, _ in self._open):
            while not self._open[-1][0].startswith(f"{tag}["):
                self._close()
            self._close()

    def handle_data(self, data: str) -> None:
        """Some text stands here."""
        if data.strip():
            self._open[-1][1]["…"] = None

    def _close(self) -> None:
        begun, inside = self._open.pop()
        self._open[-1][1][f"<{begun}{''.join(inside)}>"] = None


def _is_saying(name: str) -> bool:
    return name in SAYING or name.startswith(("aria-labelledby", "aria-describedby", "aria-controls", "hx-", "data-"))


def drawn(html: str) -> str:
    """The same for pages that are drawn alike, in whatever process."""
    return sha256(Drawing(html).text.encode()).hexdigest() if html else ""
