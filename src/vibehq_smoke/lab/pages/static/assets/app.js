/** The shell of the pages: which path shows what, who may see it, and the frame around it. */
import { get, signOut, whoAmI } from "./api.js";
import { showChat } from "./chat.js";
import { h, put } from "./dom.js";
import { showLogin } from "./login.js";
import { showLogs } from "./logs.js";
import { showMissionControl } from "./mission.js";
import { seams } from "./seams.js";

const HOME = "/mission-control";
const ROUTES = [
  [/^\/mission-control\/?$/, "Mission Control", showMissionControl],
  [/^\/chat\/([^/]+)\/?$/, "Terminal", showChat],
  [/^\/logs\/?$/, "Logs", showLogs],
];
const LINKS = [[HOME, "Mission Control"], ["/chat/main", "Terminal"], ["/logs", "Logs"]];

const root = document.getElementById("root");
let leaving = new AbortController();

const faults = document.documentElement.dataset.faults;
if (faults) (await import("./faults.js")).applyTo(seams, faults.split(" "));
seams.boot();
addEventListener("popstate", render);
document.addEventListener("click", follow);
for (const path of seams.polls) poll(path);
await render();

/** Show the page of the present path. */
async function render() {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  if (location.pathname === "/") history.replaceState(null, "", HOME);
  try {
    const user = await whoAmI();
    if (signal.aborted) return;
    if (location.pathname === "/login") {
      document.title = "Sign in · Vibe HQ";
      put(root, showLogin(() => go(returnPath())));
      root.querySelector("input").focus();
    } else if (user === null) {
      go(`/login?next=${encodeURIComponent(location.pathname + location.search)}`, true);
    } else {
      showPage(user, signal);
    }
  } catch (error) {
    if (!signal.aborted) put(root, problem(error));
  }
}

function showPage(user, signal) {
  const main = h("main", { id: "content", tabindex: "-1" });
  put(root, h("a", { class: "skip", href: "#content" }, "Skip to content"), header(user), main);
  for (const [pattern, title, show] of ROUTES) {
    const found = pattern.exec(location.pathname);
    if (found) {
      document.title = `${title} · Vibe HQ`;
      show(main, { signal, parameter: found[1] && decodeURIComponent(found[1]), signedOut: render });
      return;
    }
  }
  document.title = "Not found · Vibe HQ";
  put(main, h("h1", {}, "Page not found"), h("p", {}, "There is no page at this address."));
}

function header(user) {
  const links = LINKS.map(([path, text]) => {
    const here = location.pathname.split("/")[1] === path.split("/")[1];
    return h("a", { href: path, "aria-current": here && "page" }, text);
  });
  const leave = h("button", { class: "quiet", "data-testid": "sign-out", onclick: () => signOut().finally(render) }, "Sign out");
  return h("header", { class: "top" },
    h("a", { class: "brand", href: HOME }, h("img", { src: "/assets/icon.svg", alt: "", width: 24, height: 24 }), "Vibe HQ"),
    h("nav", { "aria-label": "Pages" }, ...links),
    h("div", { class: "who" }, h("span", { class: "email", title: user.email }, user.email), leave));
}

function problem(error) {
  return h("main", { class: "alone" }, h("div", { class: "panel", role: "alert", "data-testid": "error-boundary" },
    h("h1", {}, "Something went wrong"), h("p", {}, `The page could not be shown: ${error.message}.`),
    h("button", { onclick: render }, "Try again")));
}

function follow(event) {
  const link = event.target.closest?.("a[href^='/']");
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

function go(path, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  scrollTo(0, 0);
  render().then(() => document.getElementById("content")?.focus({ preventScroll: true }));
}

function returnPath() {
  const next = new URLSearchParams(location.search).get("next") ?? HOME;
  return /^\/[^/\\]/.test(next) ? next : HOME; // a path of these pages, never another site
}

function poll(path) {
  const ask = () => get(path).catch((error) => console.error(`Failed to fetch ${path}: ${error.message}`));
  ask();
  setInterval(ask, 30_000);
}
