// The package @anthropic-ai/sdk against the server: its own types and helpers read the answers.
import Anthropic from "@anthropic-ai/sdk";
import { check, city, exhaust, failure, finish, key, limitedKey, model, notingFetch, root } from "./common.mjs";

const client = new Anthropic({ baseURL: root, apiKey: key });
const messages = [{ role: "user", content: "What is this console?" }];
const greedy = { model, messages, temperature: 0, max_tokens: 16 };
const tools = [{ name: "get_weather", description: "The weather of a city", input_schema: city, strict: true }];
const tool_choice = { type: "tool", name: "get_weather" };

await check("message", async () => {
  const answer = await client.messages.create({ ...greedy, system: "You answer." });
  return { type: answer.type, role: answer.role, blocks: answer.content.map(block => block.type), text: answer.content[0].text, stop: answer.stop_reason, usage: answer.usage };
});

await check("stream", async () => {
  const whole = await client.messages.create(greedy);
  const stream = client.messages.stream(greedy);
  let text = "";
  const events = new Set();
  stream.on("text", piece => { text += piece; });
  stream.on("streamEvent", event => events.add(event.type));
  const final = await stream.finalMessage();
  return { whole: whole.content[0].text, text, final: final.content[0].text, stop: final.stop_reason, tokens: final.usage.output_tokens, events: [...events] };
});

await check("tools", async () => {
  const first = await client.messages.create({ model, messages, tools, tool_choice, max_tokens: 60 });
  const call = first.content.find(block => block.type === "tool_use");
  const history = [...messages, { role: "assistant", content: first.content }, { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: "-3 degrees" }] }];
  const second = await client.messages.create({ model, messages: history, tools, tool_choice: { type: "none" }, max_tokens: 8 });
  const streamed = await client.messages.stream({ model, messages, tools, tool_choice, max_tokens: 60 }).finalMessage();
  const again = streamed.content.find(block => block.type === "tool_use");
  return {
    name: call.name,
    isObject: typeof call.input === "object" && !Array.isArray(call.input),
    stop: first.stop_reason,
    text: second.content[0].text,
    streamed: { name: again.name, isObject: typeof again.input === "object", stop: streamed.stop_reason },
  };
});

await check("stop", async () => {
  const whole = (await client.messages.create(greedy)).content[0].text;
  const stop = whole.slice(4, 7);
  const answer = await client.messages.create({ ...greedy, stop_sequences: [stop] });
  return { stop, reason: answer.stop_reason, sequence: answer.stop_sequence, expected: whole.slice(0, whole.indexOf(stop)), text: answer.content[0]?.text ?? "" };
});

await check("count", async () => {
  const count = await client.messages.countTokens({ model, messages });
  const answer = await client.messages.create({ ...greedy, max_tokens: 1 });
  return { counted: count.input_tokens, used: answer.usage.input_tokens + (answer.usage.cache_read_input_tokens ?? 0) };
});

await check("errors", async () => {
  const stranger = new Anthropic({ baseURL: root, apiKey: "tf-unknown" });
  const errors = [
    await failure(stranger.messages.create(greedy)),
    await failure(client.messages.create({ ...greedy, model: "none" })),
    await failure(client.messages.create({ ...greedy, temperature: 9 })),
    await failure(client.messages.stream({ ...greedy, model: "none" }).finalMessage()),
  ];
  return errors.map(error => ({ type: error.constructor.name, status: error.status, kind: error.error?.error?.type, hasId: !!error.requestID }));
});

await check("abort", async () => {
  const limited = new Anthropic({ baseURL: root, apiKey: limitedKey });
  const essay = { type: "object", properties: { text: { type: "string", minLength: 800 } }, required: ["text"], additionalProperties: false };
  const stream = limited.messages.stream({ model, messages, max_tokens: 900, tools: [{ name: "write", input_schema: essay, strict: true }], tool_choice: { type: "tool", name: "write" } });
  let events = 0;
  stream.on("streamEvent", () => {
    if (++events === 4) stream.abort();
  });
  const error = await failure(stream.finalMessage());
  return { type: error.constructor.name, events };
});

await check("retry", async () => {
  const [statuses, told] = [[], []];
  const limited = new Anthropic({ baseURL: root, apiKey: limitedKey, fetch: notingFetch(statuses, told) });
  const refused = await exhaust();
  const started = Date.now();
  const answer = await limited.messages.create({ ...greedy, max_tokens: 1 });
  return { refused, statuses, told: told[0], waited: Date.now() - started, tokens: answer.usage.output_tokens };
});

await finish();
