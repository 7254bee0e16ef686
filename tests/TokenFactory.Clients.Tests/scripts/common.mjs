// What all scripts share: the server, a line of JSON for each check, and one for each exchange that was read to its end.
export const root = process.env.ROOT;
export const endpoint = `${root}/v1`;
export const key = process.env.API_KEY;
export const limitedKey = process.env.LIMITED_KEY;
export const model = process.env.MODEL;

const pending = [];
const print = line => process.stdout.write(JSON.stringify(line) + "\n");

/** Prints what a check found, or how it broke off; the test asserts on it. */
export async function check(name, work) {
  try {
    print({ check: name, found: await work() });
  } catch (error) {
    print({ check: name, error: `${error?.stack ?? error}` });
  }
}

/** The error that a promise ends with. */
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded");
}

/** fetch, as clients take it for their own: answers are passed on as they come and printed once they are whole. */
export async function recordingFetch(input, init) {
  const response = await fetch(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  if (url.origin !== root) return response; // Clients ask fetch for data: URLs to learn what it can do.
  const exchange = {
    method: init?.method ?? (input instanceof Request ? input.method : "GET"),
    path: url.pathname,
    status: response.status,
    mediaType: (response.headers.get("content-type") ?? "").split(";")[0],
  };
  pending.push(response.clone().text().then(body => print({ exchange: { ...exchange, body } }), () => {}));
  return response;
}

/** Ends once all exchanges are printed: what was broken off is not among them. */
export const finish = () => Promise.all(pending);

/** Spends what the limited key has left at the moment. */
export async function exhaust() {
  let status;
  do {
    const response = await fetch(`${endpoint}/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${limitedKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model, prompt: "x", max_tokens: 1 }),
    });
    await response.text();
    status = response.status;
  } while (status === 200);
  return status;
}

/** A fetch that notes the status of each answer, and how many milliseconds a refusal asks for. */
export function notingFetch(statuses, told = []) {
  return async (input, init) => {
    const response = await fetch(input, init);
    statuses.push(response.status);
    if (response.status === 429) told.push(Number(response.headers.get("retry-after-ms")));
    return response;
  };
}

export const city = {
  type: "object",
  properties: { city: { type: "string", enum: ["Rome", "Oslo"] } },
  required: ["city"],
  additionalProperties: false,
};
