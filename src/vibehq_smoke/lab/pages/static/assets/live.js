/** A WebSocket that comes back by itself and says in which state it is. */

const GREETING_MS = 5000;
const STEADY_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * Dial `path` until `signal` aborts. `onFrame(frame)` gets each JSON frame, `onState(state)` one of `connecting`
 * (at first), `live` (greeted) and `disconnected` (until greeted again). The wait between attempts doubles up to 10 s.
 */
export function listen(path, { onFrame, onState, signal }) {
  let wait = FIRST_WAIT_MS;
  let timers = [];
  let socket = null;

  function dial() {
    socket = new WebSocket(address(path));
    timers = [setTimeout(() => socket.close(), GREETING_MS)];
    socket.onmessage = (message) => heard(parse(message.data));
    socket.onclose = closed;
  }

  function heard(frame) {
    if (frame === null) return;
    if (frame.type === "connected") {
      timers.forEach(clearTimeout);
      timers = [setTimeout(() => { wait = FIRST_WAIT_MS; }, STEADY_MS)];
      onState("live");
    }
    onFrame(frame);
  }

  function closed() {
    timers.forEach(clearTimeout);
    if (signal.aborted) return;
    onState("disconnected");
    timers = [setTimeout(dial, wait)];
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  signal.addEventListener("abort", () => {
    timers.forEach(clearTimeout);
    socket.close();
  });
  onState("connecting");
  dial();
}

/** What the states are called on the pages. */
export const STATES = { connecting: "Connecting", live: "Live", disconnected: "Disconnected" };

/** The WebSocket address of a path on this host. */
export function address(path) {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not a frame of ours
  }
}
