/** Talking to the platform's HTTP API: JSON only, the CSRF pair with every change, sign-in and sign-out. */

const SESSION_SECONDS = 259_200;
let csrf = null;

/** An answer other than success, or none at all (`status` 0). */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The JSON of a GET. Throws ApiError. */
export function get(path) {
  return request(path, {});
}

/** The JSON of a POST. Throws ApiError. */
export async function post(path, body) {
  csrf ??= (await get("/api/auth/csrf-token")).data.token;
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  try {
    return await request(path, { method: "POST", headers, body: JSON.stringify(body) });
  } catch (error) {
    if (error.status === 403) csrf = null; // it may have grown old: the next attempt gets a fresh one
    throw error;
  }
}

/** Who is signed in, or null. */
export async function whoAmI() {
  const { data } = await get("/api/auth/check");
  return data.authenticated ? data.user : null;
}

/** Open a session. The platform reads it from the cookie `session`, which login leaves to its client. */
export async function signIn(email, password) {
  const { data } = await post("/api/auth/login", { email, password });
  setSession(data.sessionId, SESSION_SECONDS);
  csrf = null;
}

/** End the session. */
export async function signOut() {
  try {
    await post("/api/auth/logout", {});
  } finally {
    setSession("", 0);
    csrf = null;
  }
}

function setSession(id, seconds) {
  document.cookie = `session=${id}; Path=/; Max-Age=${seconds}; SameSite=Lax; Secure`;
}

async function request(path, options) {
  let reply;
  try {
    reply = await fetch(path, options);
  } catch {
    throw new ApiError(0, "the platform does not answer");
  }
  if (!(reply.headers.get("content-type") ?? "").includes("json")) {
    throw new ApiError(reply.status, `the answer to ${path} is not JSON (status ${reply.status})`);
  }
  const body = await reply.json().catch(() => null);
  if (!reply.ok || body === null) throw new ApiError(reply.status, wording(body) ?? `status ${reply.status}`);
  return body;
}

function wording(body) {
  const error = body?.error;
  return typeof error === "string" ? error : error?.message ?? body?.message;
}
