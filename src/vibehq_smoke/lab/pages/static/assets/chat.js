/** The chat page with its terminal: a real shell in the sandbox of a worker. */
import { get } from "./api.js";
import { h, put, section, select } from "./dom.js";
import { address } from "./live.js";
import { Screen } from "./screen.js";
import { seams } from "./seams.js";

const CONTROL = ["connected", "container-connected", "container-disconnected", "error"];
const INTERRUPT = "\u0003";

/** Fill `main` with the page of chat `parameter`. */
export async function showChat(main, { signal, parameter, signedOut }) {
  put(main,
    h("div", { class: "page-head" }, h("div", {}, h("h1", {}, `Chat ${parameter}`),
      h("p", { class: "quiet-text" }, "The terminal is a real shell in the sandbox of a worker."))));
  if (!seams.terminal) return;
  const panel = terminalPanel(signal);
  main.append(panel.element);
  try {
    const { sandboxes } = await get("/api/sandboxes");
    if (!signal.aborted) panel.offer(sandboxes);
  } catch (error) {
    if (error.status === 401) signedOut();
    else panel.say("failed", `Sandboxes are not available: ${error.message}.`);
  }
}

function terminalPanel(signal) {
  const output = h("pre", { class: "output", role: "log", tabindex: "0", "aria-label": "Terminal output", "data-testid": "terminal-output" });
  const screen = new Screen(output);
  const state = h("span", { class: "chip none", role: "status", "data-testid": "terminal-state" }, "Not connected");
  const input = h("input", {
    type: "text", "aria-label": "Terminal input", "data-testid": "terminal-input", autocomplete: "off", autocapitalize: "off",
    spellcheck: "false", onkeydown: pressed,
  });
  const prompt = h("form", { class: "prompt", onsubmit: entered },
    h("span", { "aria-hidden": "true", "data-testid": "terminal-prompt" }, "$"), input);
  const chooser = h("span", {});
  const again = h("button", { "data-testid": "terminal-connect", onclick: () => dial() }, "Reconnect");
  const history = [];
  let place = 0;
  let socket = null;
  let sandbox = null;

  function say(tone, text) {
    state.className = `chip ${tone}`;
    put(state, text);
  }

  function offer(sandboxes) {
    if (sandboxes.length === 0) return say("disconnected", "No sandboxes");
    const choose = (id) => { sandbox = sandboxes.find((one) => one.id === id); screen.clear(); dial(); };
    put(chooser, select("Worker", "terminal-worker", sandboxes.map((one) => [one.id, one.workerId]), sandboxes[0].id, choose));
    choose(sandboxes[0].id);
  }

  function dial() {
    if (!seams.dialTerminal || sandbox === null) return;
    socket?.close();
    const mine = new WebSocket(address(`/api/workers/${sandbox.workerId}/terminal?sandboxId=${encodeURIComponent(sandbox.id)}`));
    socket = mine;
    say("connecting", "Connecting");
    mine.onmessage = ({ data }) => { if (mine === socket) heard(data); };
    mine.onclose = () => { if (mine === socket) say("disconnected", "Disconnected"); };
  }

  function heard(text) {
    const frame = control(text);
    if (frame === null) screen.write(text);
    else if (frame.type === "connected") say("connecting", `Connected to ${frame.workerId}`);
    else if (frame.type === "container-connected") say("live", `Connected to ${sandbox.workerId}`);
    else screen.note(frame.message);
  }

  function send(text) {
    if (socket?.readyState === WebSocket.OPEN) socket.send(text);
    else screen.note("Not connected.");
  }

  function entered(event) {
    event.preventDefault();
    history.push(input.value);
    place = history.length;
    send(`${input.value}\n`);
    input.value = "";
  }

  function pressed(event) {
    if (event.key === "c" && event.ctrlKey && input.selectionStart === input.selectionEnd) send(INTERRUPT);
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    place = Math.min(history.length, Math.max(0, place + step));
    input.value = history[place] ?? "";
  }

  signal.addEventListener("abort", () => socket?.close());
  const stop = h("button", { onclick: () => send(INTERRUPT), title: "Ctrl+C" }, "Interrupt");
  const element = section("terminal", "Terminal", h("div", { class: "actions" }, state, chooser, stop, again),
    h("div", { class: "terminal", onclick: () => getSelection().isCollapsed && input.focus() }, output, prompt));
  return { element, offer, say };
}

function control(text) {
  if (!text.startsWith("{")) return null;
  try {
    const frame = JSON.parse(text);
    return CONTROL.includes(frame.type) && typeof frame.message === "string" ? frame : null;
  } catch {
    return null; // output that looks like a frame and is none
  }
}
