"""Contract 1.1, 1.3 assets, UI-01 (H): the pages and what they load; no browser."""

import re

import httpx
import pytest

from .caller import Caller, json_of

_SOURCE = re.compile(r"""<(?:script|link)[^>]+(?:src|href)=["']([^"']+)["']""")
_API_PATH = re.compile(r"""["'`](/api/[a-z][a-z0-9/-]*[a-z0-9])(?=["'`?])""")
ROUTES = ("/", "/mission-control", "/chat/smoke")


def loaded(http: httpx.Client, path: str) -> dict[str, httpx.Response]:
    """What a page loads from its own host, by URL."""
    return {
        url: http.get(url if url.startswith("/") else f"/{url}")
        for url in _SOURCE.findall(http.get(path).text)
        if not url.startswith(("http:", "https:", "data:", "//"))
    }


@pytest.mark.parametrize("path", ROUTES)
def test_a_route_is_served_as_a_page(http: httpx.Client, path: str) -> None:
    """UI-01 (H), 1.3 assets: HTML with a title."""
    answer = http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert re.search(r"<title>[^<]+</title>", answer.text)


@pytest.mark.parametrize("path", ["/mission-control", "/chat/smoke"])
def test_what_a_page_loads_is_there(http: httpx.Client, path: str) -> None:
    """UI-01 (H): scripts answer 200 as scripts; the fallback page would be HTML."""
    files = loaded(http, path)
    page = http.get(path).text
    assert "<script" in page
    for url, answer in files.items():
        assert answer.status_code == 200, url
        assert not answer.headers["content-type"].startswith("text/html"), url
        if url.partition("?")[0].endswith((".js", ".mjs")):
            assert "javascript" in answer.headers["content-type"], url


def test_what_the_pages_ask_for_exists(hq: Caller) -> None:
    """UI-04, D-25 the other way round: every API path the scripts name is answered in JSON."""
    texts = [hq.http.get(path).text for path in ROUTES]
    texts += [answer.text for path in ROUTES for answer in loaded(hq.http, path).values()]
    named = {path for text in texts for path in _API_PATH.findall(text) if not path.endswith(("broadcast", "terminal"))}
    assert named
    for path in sorted(named):
        answer = hq.get(path)
        json_of(answer, answer.status_code)
        assert answer.status_code < 500, path


def test_mission_control_holds_the_trends(http: httpx.Client) -> None:
    """UI-06, Q19: the section "Analytics Trends" belongs to Mission Control."""
    texts = [http.get("/mission-control").text, *(a.text for a in loaded(http, "/mission-control").values())]
    assert any("Analytics Trends" in text for text in texts)


def test_pages_need_no_session(http: httpx.Client) -> None:
    """2.5: the guard is client-side."""
    assert http.get("/mission-control").status_code == 200
