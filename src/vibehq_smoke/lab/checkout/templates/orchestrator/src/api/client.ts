/** Calls to the orchestrator's API. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The JSON of a GET, read by `parse`. Throws ApiError when the answer is no success or no JSON. */
export async function getJson<T>(path: string, parse: (body: unknown) => T): Promise<T> {
  const reply = await fetch(path, { credentials: "same-origin", headers: { Accept: "application/json" } });
  const type = reply.headers.get("content-type") ?? "";
  if (!reply.ok || !type.includes("application/json")) {
    throw new ApiError(reply.status, `${path} answered ${reply.status} ${type}`);
  }
  const body: unknown = await reply.json();
  return parse(body);
}
