"""Serving the pages (contract 1.1 path rule, UI-01 by HTTP). What the pages do in a browser: tests/browser."""

import re

import pytest

from tests.lab.running import RunningLab

pytestmark = pytest.mark.usefixtures("switches_off")

PAGES = ["/", "/mission-control", "/chat/some-chat", "/logs", "/login", "/nowhere/at/all", "/ws-not", "/apix"]


@pytest.mark.parametrize("path", PAGES)
def test_every_path_outside_the_api_shows_the_page(lab: RunningLab, path: str) -> None:
    reply = lab.client.get(lab.base + path)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert '<div id="root">' in reply.text
    assert "<h1" not in reply.text, "the heading is the script's work, so that a dead script shows"


def test_all_that_the_page_loads_is_there_and_local(lab: RunningLab) -> None:
    seen: dict[str, str] = {}
    waiting = re.findall(r'(?:src|href)="([^"]+)"', lab.client.get(f"{lab.base}/mission-control").text)
    assert "/assets/app.js" in waiting
    while waiting:
        path = waiting.pop()
        assert path.startswith("/assets/"), path
        reply = lab.client.get(lab.base + path)
        assert reply.status_code == 200, path
        seen[path] = reply.headers["content-type"].partition(";")[0]
        found = re.findall(r'(?:from|import\() ?"\./([^"]+)"', reply.text) if path.endswith(".js") else []
        waiting += [f"/assets/{name}" for name in found if f"/assets/{name}" not in seen]
        assert not re.search(r"https?://(?!www\.w3\.org)", reply.text), f"{path} names another host"
    kinds = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    assert all(kinds[path.rpartition(".")[2]] == kind for path, kind in seen.items())
    assert len(seen) > 10


def test_the_page_names_every_module_so_that_all_load_at_once(lab: RunningLab) -> None:
    page = lab.client.get(f"{lab.base}/").text
    imported = re.findall(r'from "\./([^"]+)"', lab.client.get(f"{lab.base}/assets/app.js").text)
    assert len(imported) > 5
    assert set(imported) <= set(re.findall(r'modulepreload" href="/assets/([^"]+)"', page))


def test_pages_are_fresh_and_closed_to_other_sources(lab: RunningLab) -> None:
    headers = lab.client.get(f"{lab.base}/mission-control").headers
    assert headers["cache-control"] == "no-cache"
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_on_a_page_are_405_and_empty(lab: RunningLab, method: str) -> None:
    reply = lab.client.request(method, f"{lab.base}/mission-control")
    assert (reply.status_code, reply.content) == (405, b"")


def test_a_head_has_no_body(lab: RunningLab) -> None:
    reply = lab.client.head(f"{lab.base}/assets/app.js")
    assert (reply.status_code, reply.content) == (200, b"")
    assert int(reply.headers["content-length"]) > 0


@pytest.mark.parametrize("path", ["/assets/../app.js", "/assets/..%2f..%2fsite.py", "/assets/", "/assets/none.js"])
def test_only_the_files_of_the_pages_are_served(lab: RunningLab, path: str) -> None:
    assert lab.client.get(lab.base + path).headers["content-type"].startswith("text/html")


def test_an_api_path_never_shows_the_page(lab: RunningLab) -> None:
    for path in ("/api", "/api/", "/api/nowhere"):
        assert lab.client.get(lab.base + path).headers["content-type"] == "application/json"


def test_the_page_learns_only_of_its_own_switches(lab: RunningLab) -> None:
    assert "data-faults" not in lab.client.get(f"{lab.base}/").text
    for fault in ("ui-frozen", "ui-no-analytics", "api-slow"):
        lab.fault(fault, True)
    assert '<html data-faults="ui-frozen ui-no-analytics" lang="en">' in lab.client.get(f"{lab.base}/").text


def test_a_missing_script_is_a_404_page(lab: RunningLab) -> None:
    lab.fault("ui-asset-missing", True)
    reply = lab.client.get(f"{lab.base}/assets/app.js")
    assert (reply.status_code, reply.headers["content-type"].partition(";")[0]) == (404, "text/html")
    assert lab.client.get(f"{lab.base}/mission-control").status_code == 200


def test_as_built_the_patch_socket_is_a_page(lab: RunningLab) -> None:
    lab.fault("D-19", True)
    assert lab.client.get(f"{lab.base}/ws").headers["content-type"].startswith("text/html")
