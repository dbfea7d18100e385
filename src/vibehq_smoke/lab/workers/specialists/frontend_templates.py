"""Test configurations for pages, from templates. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vibehq_smoke.lab.serving.replies import Json


@dataclass(frozen=True)
class Template:
    """A kind of page test: browsers, viewports, what is asserted."""

    name: str
    description: str
    browsers: tuple[str, ...]
    viewports: tuple[tuple[int, int], ...]
    assertions: tuple[str, ...]


TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        template.name: template
        for template in (
            Template("smoke", "The page loads and has a heading.", ("chromium",), ((1280, 720),),
                     ("toHaveTitle", "heading")),
            Template("responsive", "The page fits narrow and wide windows.", ("chromium",),
                     ((375, 667), (768, 1024), (1440, 900)), ("toHaveTitle", "heading", "no-sideways-scroll")),
            Template("cross-browser", "The page works in three engines.", ("chromium", "firefox", "webkit"),
                     ((1280, 720),), ("toHaveTitle", "heading", "no-console-error")),
        )
    }
)  # fmt: skip
_LINES: Mapping[str, str] = MappingProxyType(
    {
        "toHaveTitle": "await expect(page).toHaveTitle(/.+/);",
        "heading": "await expect(page.getByRole('heading').first()).toBeVisible();",
        "no-sideways-scroll": "expect(await page.evaluate(() => document.documentElement.scrollWidth"
        " <= innerWidth)).toBe(true);",
        "no-console-error": "expect(errors).toEqual([]);",
    }
)


def listing() -> list[Json]:
    """All templates."""
    return [
        {"name": template.name, "description": template.description, "browsers": list(template.browsers),
         "viewports": [list(size) for size in template.viewports], "assertions": list(template.assertions)}
        for template in TEMPLATES.values()
    ]  # fmt: skip


def files(template: Template, url: str, name: str) -> dict[str, str]:
    """Path -> text of a Playwright configuration and one test file for the page `url`."""
    projects = [
        {"name": f"{browser}-{width}", "use": {"browserName": browser, "viewport": {"width": width, "height": height}}}
        for browser in template.browsers
        for width, height in template.viewports
    ]
    config = {"testDir": "./tests", "use": {"baseURL": url}, "projects": projects}
    lines = "\n".join(f"\t{_LINES[assertion]}" for assertion in template.assertions)
    return {
        "playwright.config.ts": "import { defineConfig } from '@playwright/test';\n\n"
        f"export default defineConfig({json.dumps(config, indent=2)});\n",
        f"tests/{name}.spec.ts": "import { expect, test } from '@playwright/test';\n\n"
        f"test({json.dumps(template.description)}, async ({{ page }}) => {{\n"
        "\tconst errors: string[] = [];\n\tpage.on('pageerror', (error) => errors.push(error.message));\n"
        f"\tawait page.goto({json.dumps(url)});\n{lines}\n}});\n",
    }
