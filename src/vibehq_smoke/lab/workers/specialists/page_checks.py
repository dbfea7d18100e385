"""Checks of a page as it was served: what a browser would stumble over. Nothing is rendered."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx

from vibehq_smoke.lab.serving.replies import Json

TIMEOUT = 10.0
MAX_PAGE = 2 * 1024 * 1024
MAX_ASSETS = 30
BUDGET_MS = 3000.0


@dataclass
class Page(HTMLParser):
    """What stands in the HTML: language, title, headings, viewport, images without text, scripts and styles."""

    lang: str = ""
    title: str = ""
    headings: int = 0
    viewport: bool = False
    silent_images: int = 0
    assets: list[str] = field(default_factory=list)
    _in_title: bool = False

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of one tag."""
        have = {name: value or "" for name, value in attrs}
        self.lang = have.get("lang", "") if tag == "html" else self.lang
        self._in_title = self._in_title or tag == "title"
        self.headings += tag in ("h1", "h2")
        self.viewport |= tag == "meta" and have.get("name") == "viewport"
        self.silent_images += tag == "img" and "alt" not in have
        if tag == "script" and have.get("src"):
            self.assets.append(have["src"])
        if tag == "link" and have.get("href") and have.get("rel") in ("stylesheet", "icon", "modulepreload"):
            self.assets.append(have["href"])

    def handle_endtag(self, tag: str) -> None:
        """The title ends with its tag."""
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        """Text; of the title only."""
        if self._in_title:
            self.title += data


async def check_page(client: httpx.AsyncClient, url: str, origins: frozenset[str]) -> list[Json]:
    """Fetch `url` and judge it: a list of ``{name, status, details}``. Assets outside `origins` are not fetched."""
    try:
        reply = await client.get(url, timeout=TIMEOUT, headers={"Accept": "text/html"})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return [_result("reachable", False, f"{type(error).__name__}: {error}")]
    took = reply.elapsed.total_seconds() * 1000
    kind = reply.headers.get("content-type", "")
    results = [
        _result("reachable", True, f"status {reply.status_code}"),
        _result("status", reply.status_code == 200, f"{reply.status_code}"),
        _result("content-type", kind.startswith("text/html"), kind or "none"),
        _result("time", took <= BUDGET_MS, f"{took:.0f} ms of {BUDGET_MS:.0f} ms"),
        _result("size", len(reply.content) <= MAX_PAGE, f"{len(reply.content)} bytes"),
    ]
    if not kind.startswith("text/html"):
        return results
    page = Page()
    page.feed(reply.text[:MAX_PAGE])
    results += [
        _result("title", bool(page.title.strip()), page.title.strip() or "none"),
        _result("language", bool(page.lang), page.lang or "none"),
        _heading(page),
        _result("viewport", page.viewport, "present" if page.viewport else "none"),
        _result("image-text", page.silent_images == 0, f"{page.silent_images} images without text"),
    ]
    return results + [await _asset(client, url, path, origins) for path in page.assets[:MAX_ASSETS]]


def _heading(page: Page) -> Json:
    if page.headings == 0 and page.assets:
        # A script may draw it, and there is no browser here to see.
        return {"name": "heading", "status": "skipped", "details": "none in the HTML; a script may draw it"}
    return _result("heading", page.headings > 0, f"{page.headings} headings")


async def _asset(client: httpx.AsyncClient, page: str, reference: str, origins: frozenset[str]) -> Json:
    name = f"asset {reference[:200]}"
    try:
        url = urljoin(page, reference)
    except ValueError:
        return _result(name, False, "no URL")
    if origin(url) not in origins:
        return {"name": name, "status": "skipped", "details": "not of this platform"}
    try:
        reply = await client.get(url, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return _result(name, False, f"{type(error).__name__}: {error}")
    kind = reply.headers.get("content-type", "")
    # A missing asset that comes as the page itself is the single-page fallback, not an asset.
    return _result(name, reply.is_success and not kind.startswith("text/html"), f"{reply.status_code} {kind}")


def origin(url: str) -> str:
    """``scheme://host:port`` of a URL, in lower case; empty when it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port else "")


def _result(name: str, holds: bool, details: str) -> Json:
    return {"name": name, "status": "passed" if holds else "failed", "details": details[:500]}
