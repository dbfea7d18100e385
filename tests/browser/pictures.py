"""The pictures of the pages in the documentation: ``python -m tests.browser.pictures`` (needs Chromium)."""

import tempfile
from pathlib import Path

from tests.browser.cdp import Browser, Page, chromium
from tests.browser.scenes import fill, sign_in
from tests.lab.running import RunningLab, started_lab

FOLDER = Path(__file__).parents[2] / "docs" / "images"
READY = (
    "document.querySelectorAll('[data-testid=chart-line]').length === 2"
    " && document.querySelector('[data-testid=live-chip]').innerText === 'Live'"
)
COMMANDS = ("uname -s", "printf 'smoke %s\\n' test", "for i in 1 2 3; do echo step $i; done | tee steps.txt", "ls -1")


def mission_control(page: Page, lab: RunningLab) -> None:
    """Wait until the page shows what it has, and let one scan be seen."""
    page.open(f"{lab.base}/mission-control")
    page.until(READY)
    page.click("[data-testid=start-scan]")
    page.text("scan-row")


def terminal(page: Page, lab: RunningLab) -> None:
    """Run a few commands."""
    page.open(f"{lab.base}/chat/main")
    page.until("document.querySelector('[data-testid=terminal-state]')?.innerText.startsWith('Connected to')")
    page.evaluate("document.querySelector('[data-testid=terminal-input]').focus()")
    for command in COMMANDS:
        page.type(f"{command}\n")
        page.browser.watch(0.4)


PICTURES = (
    ("lab-mission-control", mission_control, 1280, 900, False),
    ("lab-mission-control-dark", mission_control, 1280, 900, True),
    ("lab-mission-control-narrow", mission_control, 390, 844, False),
    ("lab-terminal", terminal, 1280, 820, False),
)


def take(browser: Browser, lab: RunningLab) -> None:
    """Take all pictures."""
    for name, scene, width, height, dark in PICTURES:
        with browser.page(width, height, dark=dark) as page:
            sign_in(page, lab)
            scene(page, lab)
            page.browser.watch(0.3)
            file = FOLDER / f"{name}.png"
            file.write_bytes(page.picture(whole=scene is mission_control))
            print(file.relative_to(FOLDER.parents[1]))  # noqa: T201 - what the command has done


def main() -> None:
    """Start a lab and a browser, take the pictures, stop both."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with started_lab(folder) as lab, chromium(folder / "profile") as browser:
            lab.headers = lab.sign_in()
            fill(lab)
            # One worker that is down, so that the pictures show what trouble looks like.
            with lab.at_fault("cloud-worker-retrofit-down"):
                lab.finished(lab.start_run(*lab.workers))
            take(browser, lab)


if __name__ == "__main__":
    main()
