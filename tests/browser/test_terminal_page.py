"""The chat page's terminal and the log page in a browser (contract UI-10..12)."""

import pytest

from tests.browser.cdp import Page
from tests.browser.conftest import Open
from tests.lab.running import RunningLab

OUTPUT = "document.querySelector('[data-testid=terminal-output]')"
STATE = "document.querySelector('[data-testid=terminal-state]')?.innerText"

pytestmark = pytest.mark.usefixtures("switches_off")


def enter(page: Page, text: str) -> None:
    """Type a line into the terminal."""
    page.evaluate("document.querySelector('[data-testid=terminal-input]').focus()")
    page.type(f"{text}\n")


def test_the_terminal_runs_what_is_typed(visit: Open) -> None:
    with visit("/chat/some-chat") as page:
        page.until(f"{STATE} === 'Connected to agent-factory'")
        assert page.text("terminal-prompt") == "$"
        enter(page, "echo smo''ke; pwd")
        page.until(f"{OUTPUT}.innerText.includes('smoke\\n')")
        assert page.evaluate("document.querySelector('h1').innerText") == "Chat some-chat"
        page.choose("terminal-worker", "sandbox-ui-factory")
        page.until(f"{STATE} === 'Connected to ui-factory'")
        enter(page, "pwd")
        page.until(f"{OUTPUT}.innerText.includes('sandbox-ui-factory\\n')")
        enter(page, "exit")
        page.until(f"{STATE} === 'Disconnected'")
        page.click("[data-testid=terminal-connect]")
        page.until(f"{STATE} === 'Connected to ui-factory'")
        assert page.errors == []


def test_the_log_streams(lab: RunningLab, visit: Open) -> None:
    with visit("/logs") as page:
        page.until("document.querySelector('[data-testid=live-chip]')?.innerText === 'Live'")
        lab.fault("api-slow", True)
        lab.fault("api-slow", False)
        page.until("document.querySelector('[data-testid=log-list] li:last-child').innerText.includes('api-slow')")
        page.choose("log-component", "operator")
        page.until(
            "document.querySelectorAll('[data-testid=log-line]').length > 0 &&"
            " document.querySelectorAll('[data-testid=log-line]:not([data-component=operator])').length === 0"
        )
        page.choose("log-level", "critical")
        page.until("document.querySelector('[data-testid=no-logs]:not([hidden])')?.innerText === 'No lines yet.'")
        assert page.errors == []


def test_the_pages_are_one_application(visit: Open) -> None:
    with visit("/logs") as page:
        page.click("nav a[href='/chat/main']")
        page.until(f"{STATE}?.startsWith('Connected to')")
        page.click("nav a[href='/mission-control']")
        page.text("health-total")
        page.evaluate("history.back()")
        page.text("terminal-prompt")
        assert sum(url.endswith("/assets/app.js") for url in page.requests) == 1
        assert page.errors == []


def test_ui_terminal_missing(visit: Open) -> None:
    with visit("/chat/main", "ui-terminal-missing") as page:
        page.until("document.querySelector('h1')?.innerText === 'Chat main'")
        page.browser.watch(0.5)
        assert page.count("[data-testid=terminal]") == 0


def test_ui_terminal_no_connect(visit: Open) -> None:
    with visit("/chat/main", "ui-terminal-no-connect") as page:
        page.until("document.querySelector('[data-testid=terminal-worker]') !== null")
        page.browser.watch(0.5)
        assert page.sockets == []
        assert page.text("terminal-state") == "Not connected"


def test_terminal_no_output_shows(visit: Open) -> None:
    with visit("/chat/main", "terminal-no-output") as page:
        page.until(f"{STATE} === 'Connected to agent-factory'")
        enter(page, "echo smo''ke")
        page.browser.watch(1)
        assert page.evaluate(f"{OUTPUT}.innerText.trim()") == ""


def test_terminal_refuses_shows(visit: Open) -> None:
    with visit("/chat/main", "terminal-refuses") as page:
        page.until(f"{STATE} === 'Disconnected'")
