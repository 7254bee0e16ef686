// The package openai against the server: each check prints what the client made of the answers.
import OpenAI, { toFile } from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { check, city, endpoint, exhaust, failure, finish, key, limitedKey, model, notingFetch, recordingFetch } from "./common.mjs";

const client = new OpenAI({ baseURL: endpoint, apiKey: key, fetch: recordingFetch });
const messages = [{ role: "user", content: "What is this console?" }];
const greedy = { model, messages, temperature: 0, max_tokens: 16 };
const tools = [{ type: "function", function: { name: "get_weather", description: "The weather of a city", parameters: city, strict: true } }];
const named = { type: "function", function: { name: "get_weather" } };

await check("chat", async () => {
  const answer = await client.chat.completions.create(greedy);
  return { text: answer.choices[0].message.content, finish: answer.choices[0].finish_reason, usage: answer.usage, model: answer.model };
});

await check("stream", async () => {
  const stream = await client.chat.completions.create({ ...greedy, stream: true, stream_options: { include_usage: true } });
  const found = { text: "", finish: [], usage: null };
  for await (const chunk of stream) {
    found.text += chunk.choices[0]?.delta.content ?? "";
    if (chunk.choices[0]?.finish_reason) found.finish.push(chunk.choices[0].finish_reason);
    found.usage = chunk.usage ?? found.usage;
  }
  return found;
});

await check("streamHelper", async () => {
  const runner = client.chat.completions.stream({ ...greedy, n: 2 });
  const whole = await runner.finalChatCompletion();
  return { texts: whole.choices.map(choice => choice.message.content) };
});

await check("tools", async () => {
  const first = await client.chat.completions.create({ model, messages, tools, tool_choice: named, max_tokens: 60 });
  const call = first.choices[0].message.tool_calls[0];
  const history = [...messages, first.choices[0].message, { role: "tool", tool_call_id: call.id, content: "{\"degrees\": -3}" }];
  const second = await client.chat.completions.create({ model, messages: history, tools, tool_choice: "none", max_tokens: 8 });
  const streamed = await client.chat.completions.stream({ model, messages, tools, tool_choice: named, max_tokens: 60 }).finalMessage();
  return {
    name: call.function.name,
    city: JSON.parse(call.function.arguments).city,
    finish: first.choices[0].finish_reason,
    text: second.choices[0].message.content,
    streamed: { name: streamed.tool_calls[0].function.name, city: JSON.parse(streamed.tool_calls[0].function.arguments).city },
  };
});

await check("strictTools", async () => {
  const strict = [
    zodFunction({ name: "get_weather", parameters: z.object({ city: z.enum(["Rome", "Oslo"]) }) }),
    zodFunction({ name: "add", parameters: z.object({ a: z.number().int().min(0).max(99) }) }),
  ];
  const body = { model, messages, tools: strict, seed: 4, max_tokens: 60 };
  const free = await client.chat.completions.create({ ...body, tool_choice: "auto" });
  const streamed = { text: "", calls: 0 };
  for await (const chunk of await client.chat.completions.create({ ...body, tool_choice: "auto", stream: true })) {
    streamed.text += chunk.choices[0].delta.content ?? "";
    streamed.calls += chunk.choices[0].delta.tool_calls?.length ?? 0;
  }
  const required = await client.chat.completions.parse({ ...body, tool_choice: "required" });
  const call = required.choices[0].message.tool_calls[0].function;
  return {
    text: free.choices[0].message.content,
    streamed: streamed.text,
    calls: [free.choices[0].message.tool_calls?.length ?? 0, streamed.calls],
    name: call.name,
    parsed: call.parsed_arguments,
  };
});

await check("parse", async () => {
  const person = z.object({ name: z.string().max(8), age: z.number().int().min(1).max(99) });
  const answer = await client.chat.completions.parse({ model, messages, seed: 3, max_tokens: 200, response_format: zodResponseFormat(person, "person") });
  return answer.choices[0].message.parsed;
});

await check("logprobs", async () => {
  const answer = await client.chat.completions.create({ ...greedy, max_tokens: 4, logprobs: true, top_logprobs: 2 });
  const tokens = answer.choices[0].logprobs.content;
  return {
    text: answer.choices[0].message.content,
    bytes: Buffer.from(tokens.flatMap(token => token.bytes)).toString(),
    logprobs: tokens.map(token => token.logprob),
    tops: tokens.map(token => token.top_logprobs.length),
  };
});

await check("several", async () => {
  const answer = await client.chat.completions.create({ ...greedy, temperature: 1.5, seed: 5, n: 3 });
  return { indexes: answer.choices.map(choice => choice.index), texts: answer.choices.map(choice => choice.message.content) };
});

await check("stop", async () => {
  const whole = (await client.chat.completions.create(greedy)).choices[0].message.content;
  const stop = whole.slice(4, 7);
  const answer = await client.chat.completions.create({ ...greedy, stop: [stop] });
  return { expected: whole.slice(0, whole.indexOf(stop)), text: answer.choices[0].message.content, finish: answer.choices[0].finish_reason };
});

await check("completions", async () => {
  const body = { model, prompt: "Once upon a time", temperature: 0, max_tokens: 12 };
  const whole = await client.completions.create({ ...body, logprobs: 2 });
  let text = "";
  for await (const chunk of await client.completions.create({ ...body, stream: true })) text += chunk.choices[0]?.text ?? "";
  const { tokens, token_logprobs, top_logprobs } = whole.choices[0].logprobs;
  return { text: whole.choices[0].text, streamed: text, lengths: [tokens.length, token_logprobs.length, top_logprobs.length] };
});

await check("models", async () => {
  const ids = [];
  for await (const one of client.models.list()) ids.push(one.id);
  return { ids, owner: (await client.models.retrieve(model)).owned_by };
});

await check("batch", async () => {
  const lines = ["a", "b"].map(id => JSON.stringify({ custom_id: id, method: "POST", url: "/v1/completions", body: { model, prompt: id, max_tokens: 3 } }));
  const file = await client.files.create({ file: await toFile(Buffer.from(lines.join("\n")), "in.jsonl"), purpose: "batch" });
  const processed = await client.files.waitForProcessing(file.id);
  let batch = await client.batches.create({ input_file_id: file.id, endpoint: "/v1/completions", completion_window: "24h", metadata: { job: "test" } });
  while (["validating", "in_progress", "finalizing"].includes(batch.status)) {
    await new Promise(resolve => setTimeout(resolve, 50));
    batch = await client.batches.retrieve(batch.id);
  }
  const output = await (await client.files.content(batch.output_file_id)).text();
  const listed = [];
  for await (const one of client.batches.list({ limit: 1 })) listed.push(one.id);
  const uploads = [];
  for await (const one of client.files.list({ limit: 1, purpose: "batch" })) uploads.push(one.id);
  const deleted = await client.files.delete(file.id);
  return {
    processed: processed.status,
    status: batch.status,
    metadata: batch.metadata,
    ids: output.trimEnd().split("\n").map(line => JSON.parse(line).custom_id).sort(),
    isListed: listed.includes(batch.id) && uploads.includes(file.id),
    deleted: deleted.deleted,
  };
});

await check("errors", async () => {
  const stranger = new OpenAI({ baseURL: endpoint, apiKey: "tf-unknown", fetch: recordingFetch });
  const errors = [
    await failure(stranger.chat.completions.create(greedy)),
    await failure(client.chat.completions.create({ ...greedy, model: "none" })),
    await failure(client.chat.completions.create({ ...greedy, temperature: 9 })),
    await failure(client.files.retrieve("file-none")),
  ];
  return errors.map(error => ({ type: error.constructor.name, status: error.status, code: error.code, param: error.param, hasId: error.requestID?.startsWith("req_") }));
});

await check("abort", async () => {
  const limited = new OpenAI({ baseURL: endpoint, apiKey: limitedKey });
  const stream = await limited.chat.completions.create({ model, messages, max_tokens: 900, n: 4, ignore_eos: true, stream: true });
  let chunks = 0;
  for await (const chunk of stream) {
    chunks += chunk.choices.length;
    if (chunks >= 5) break;
  }
  return { chunks };
});

await check("retry", async () => {
  const [statuses, told] = [[], []];
  const limited = new OpenAI({ baseURL: endpoint, apiKey: limitedKey, fetch: notingFetch(statuses, told) });
  const refused = await exhaust();
  const started = Date.now();
  const answer = await limited.chat.completions.create({ ...greedy, max_tokens: 1 });
  return { refused, statuses, told: told[0], waited: Date.now() - started, tokens: answer.usage.completion_tokens };
});

await check("giveUp", async () => {
  const limited = new OpenAI({ baseURL: endpoint, apiKey: limitedKey, maxRetries: 0 });
  await exhaust();
  const error = await failure(limited.chat.completions.create(greedy));
  return { type: error.constructor.name, status: error.status, code: error.code, retryAfter: Number(error.headers.get("retry-after")) };
});

await finish();
