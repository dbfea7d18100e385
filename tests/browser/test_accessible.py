"""The pages for everybody: readable in both schemes, named controls, landmarks, still when asked to be."""

import pytest

from tests.browser.cdp import Browser
from tests.browser.conftest import Open
from tests.browser.scenes import sign_in
from tests.lab.running import RunningLab

# Text whose contrast with what lies behind it is below 4.5 (WCAG 2.2 AA), as "ratio text".
FAINT = """(() => {
  const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility() || e.closest(':disabled, noscript, option:disabled')) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${node.data.trim()}`);
  }
  return faint;
})()"""
# What a person who cannot see the page would have to guess.
NAMELESS = """[...document.querySelectorAll(
  'button, select, input, a, section, figure svg, table, [role=log]'
)].filter(e =>
  !(e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.labels?.length || e.innerText?.trim())
).map(e => e.outerHTML.slice(0, 120))"""
PATHS = ("/mission-control", "/chat/main", "/logs", "/login", "/nowhere")
SETTLED = "document.querySelector('h1') && document.querySelectorAll('main *').length > 1"


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_can_be_read(lab: RunningLab, browser: Browser, dark: bool) -> None:
    with browser.page(dark=dark) as page:
        sign_in(page, lab)
        for path in PATHS:
            page.open(lab.base + path)
            page.until(f"location.pathname === '{path}' && document.readyState === 'complete' && !!({SETTLED})")
            page.browser.watch(0.6)
            assert page.evaluate(FAINT) == [], path


def test_everything_has_a_name_and_its_place(visit: Open) -> None:
    for path in PATHS:
        with visit(path) as page:
            page.until(f"!!({SETTLED})")
            page.browser.watch(0.4)
            assert page.evaluate(NAMELESS) == [], path
            assert (page.count("h1"), page.count("main")) == (1, 1), path
            assert page.evaluate("document.documentElement.lang") == "en"
            if path != "/login":
                assert (page.count("header"), page.count("nav[aria-label]"), page.count("a.skip")) == (1, 1, 1), path


def test_nothing_moves_for_those_who_do_not_want_it(visit: Open) -> None:
    with visit("/mission-control") as page:
        chip = "document.querySelector('.chip.live')"
        page.until(f"{chip} !== null")
        moves = f"getComputedStyle({chip}, '::before').animationName"
        assert page.evaluate(moves) == "breathe"
        page.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]})
        assert page.evaluate(moves) == "none"


def test_a_chart_is_read_with_the_arrow_keys(visit: Open) -> None:
    with visit("/mission-control") as page:
        page.until("document.querySelectorAll('[data-testid=chart-line]').length === 2")
        readout = "document.querySelector('.readout').innerText"
        whole = page.evaluate(readout)
        page.evaluate("document.querySelector('.plot').focus()")
        page.call("Input.dispatchKeyEvent", {"type": "keyDown", "key": "ArrowLeft", "code": "ArrowLeft"})
        page.until(f"{readout} !== `{whole}` && {readout}.includes(':')")
        page.evaluate("document.activeElement.blur()")
        page.until(f"{readout} === `{whole}`")
