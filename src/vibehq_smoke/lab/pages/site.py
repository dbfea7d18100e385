"""Serving the pages (contract 1.1, path rule): files under ``/assets/``, and the one page for every other path."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from vibehq_smoke.lab.faults import Faults

SCRIPT = "/assets/app.js"
TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
CACHING = {"Cache-Control": "no-cache"}
HEADERS = CACHING | {
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}
# Switches that the page's own script acts out; it learns of them from the page that carries it.
PAGE_FAULTS = (
    "ui-blank", "ui-wrong-numbers", "ui-frozen", "ui-console-error", "ui-no-analytics", "ui-charts-empty",
    "ui-filter-ignored", "ui-export-wrong", "ui-terminal-missing", "ui-terminal-no-connect", "D-25",
)  # fmt: skip
MISSING = "<!doctype html><title>404 Not Found</title><h1>404 Not Found</h1>\n"


# The page that every path shows; what is on it the script decides.
INDEX = (files("vibehq_smoke.lab.pages") / "static" / "index.html").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Site:
    """The files of the pages by path, read once."""

    assets: Mapping[str, bytes]
    faults: Faults

    @classmethod
    def load(cls, faults: Faults) -> "Site":
        """Read all files. Raises OSError when the installation is incomplete."""
        folder = files("vibehq_smoke.lab.pages") / "static" / "assets"
        return cls({f"/assets/{item.name}": item.read_bytes() for item in folder.iterdir() if item.is_file()}, faults)

    def respond(self, scope: Scope) -> Response:
        """The answer to a request for a page or a file; who dials a socket gets the page too,
        which refuses the upgrade; other methods get an empty 405."""
        headers = CACHING if self.faults.on("headers-missing") else HEADERS
        if scope["type"] == "websocket":
            return HTMLResponse(self._page(), headers=headers)
        if scope["method"] not in ("GET", "HEAD"):
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        path = scope["path"]
        if path == SCRIPT and self.faults.on("ui-asset-missing"):
            return HTMLResponse(MISSING, 404)
        asset = self.assets.get(path)
        if asset is None:
            return HTMLResponse(self._page(), headers=headers)
        return Response(asset, media_type=TYPES.get(path.rpartition(".")[2]), headers=headers)

    def _page(self) -> str:
        names = " ".join(name for name in PAGE_FAULTS if self.faults.on(name))
        return INDEX.replace("<html", f'<html data-faults="{names}"', 1) if names else INDEX
