"""One lab and one browser for all tests here, which run only when somebody names this folder."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.browser.cdp import Browser, Page, chromium
from tests.browser.scenes import fill, sign_in
from tests.lab.running import RunningLab, started_lab

Open = Callable[..., AbstractContextManager[Page]]


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave this folder out unless it, or something in it, is asked for by name."""
    return None if any("browser" in Path(argument).parts for argument in config.args) else True


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """A lab with a session and some history."""
    with started_lab(tmp_path_factory.mktemp("lab")) as running:
        running.headers = running.sign_in()
        fill(running)
        yield running


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser."""
    with chromium(tmp_path_factory.mktemp("browser") / "profile") as running:
        yield running


@pytest.fixture
def switches_off(lab: RunningLab) -> Iterator[None]:
    """All switches are off again after the test."""
    yield
    for entry in lab.client.get(f"{lab.operator}/faults").json():
        if entry["on"]:
            lab.fault(entry["id"], False)


@pytest.fixture
def visit(lab: RunningLab, browser: Browser) -> Open:
    """Opens a path of the lab in a fresh page with a session: ``with visit("/logs") as page``."""

    @contextmanager
    def opened(path: str, *faults: str, width: int = 1280, height: int = 900) -> Iterator[Page]:
        for fault in faults:
            lab.fault(fault, True)
        with browser.page(width, height) as page:
            sign_in(page, lab)
            page.open(lab.base + path)
            yield page

    return opened
