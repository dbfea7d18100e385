"""A picture of what a page shows in the end, without the secrets on it."""

from __future__ import annotations

import asyncio
from typing import Any

from ..redact import Redactor

_PATIENCE_S = 8.0


async def picture_of(tab: Any, redactor: Redactor) -> bytes | None:
    """A JPEG of what is visible on Playwright's page ``tab``; None when it cannot be had any more.

    Every text and every field on the page that holds something secret is masked first, so the page is of no other
    use afterwards.
    """
    try:
        async with asyncio.timeout(_PATIENCE_S):
            texts = await tab.evaluate(_TEXTS)
            clean = {str(at): new for at, old in enumerate(texts) if (new := redactor.body(old)) != old}
            if clean:
                await tab.evaluate(_REPLACE, clean)
            taken: bytes = await tab.screenshot(type="jpeg", quality=40, animations="disabled")
    except Exception:  # there is no picture of a page that is gone
        return None
    return taken


_WALK = """
  const found = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === Node.TEXT_NODE ? node.data.trim() : "value" in node && typeof node.value === "string") {
      found.push(node);
    }
  }
"""
_TEXTS = f"() => {{ {_WALK} return found.map((node) => node.data ?? node.value); }}"
_REPLACE = f"""(clean) => {{ {_WALK}
  for (const [at, text] of Object.entries(clean)) {{
    const node = found[Number(at)];
    if (node.nodeType === Node.TEXT_NODE) node.data = text; else node.value = text;
  }}
}}"""
