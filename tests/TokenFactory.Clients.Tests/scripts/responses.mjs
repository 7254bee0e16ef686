// Responses by the packages openai and ai: each check prints what the client made of the answers.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, Output, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { check, city, endpoint, failure, finish, key, limitedKey, model, recordingFetch } from "./common.mjs";

const client = new OpenAI({ baseURL: endpoint, apiKey: key, fetch: recordingFetch });
const vercel = createOpenAI({ baseURL: endpoint, apiKey: key, fetch: recordingFetch }).responses(model);
const greedy = { model, input: "What is this console?", temperature: 0, max_output_tokens: 16 };
const tools = [{ type: "function", name: "get_weather", description: "The weather of a city", parameters: city, strict: true }];
const tool_choice = { type: "function", name: "get_weather" };
const person = z.object({ name: z.string().max(8), age: z.number().int().min(1).max(99) });

await check("create", async () => {
  const answer = await client.responses.create(greedy);
  return { text: answer.output_text, status: answer.status, reason: answer.incomplete_details?.reason, output: answer.usage.output_tokens, items: answer.output.map(item => item.type) };
});

await check("stream", async () => {
  const found = { text: "", types: [], numbers: [] };
  for await (const event of await client.responses.create({ ...greedy, stream: true })) {
    if (event.type === "response.output_text.delta") found.text += event.delta;
    if (found.types.at(-1) !== event.type) found.types.push(event.type);
    found.numbers.push(event.sequence_number);
  }
  return found;
});

await check("streamHelper", async () => {
  const stream = client.responses.stream(greedy);
  let text = "";
  stream.on("response.output_text.delta", event => { text += event.delta; });
  const final = await stream.finalResponse();
  return { text, final: final.output[0].content[0].text };
});

await check("tools", async () => {
  const first = await client.responses.create({ ...greedy, tools, tool_choice, max_output_tokens: 60 });
  const call = first.output.find(item => item.type === "function_call");
  const back = [{ type: "function_call_output", call_id: call.call_id, output: "-3 degrees" }];
  const kept = await client.responses.create({ model, previous_response_id: first.id, input: back, max_output_tokens: 8 });
  const told = await client.responses.create({ model, input: [{ role: "user", content: greedy.input }, ...first.output, ...back], store: false, max_output_tokens: 8 });
  return { name: call.name, city: JSON.parse(call.arguments).city, kept: kept.output_text, told: told.output_text };
});

await check("parse", async () => {
  const answer = await client.responses.parse({ model, input: "Who?", max_output_tokens: 200, text: { format: zodTextFormat(person, "person") } });
  return answer.output_parsed;
});

await check("kept", async () => {
  const first = await client.responses.create(greedy);
  const second = await client.responses.create({ ...greedy, input: "And then?", previous_response_id: first.id });
  const shown = await client.responses.retrieve(second.id);
  const items = [];
  for await (const item of client.responses.inputItems.list(second.id)) items.push(item.content[0].text);
  const count = await client.responses.inputTokens.count({ model, input: "And then?", previous_response_id: first.id });
  await client.responses.delete(second.id);
  const missing = await failure(client.responses.retrieve(second.id));
  return { previous: shown.previous_response_id === first.id, isSame: shown.output_text === second.output_text, items, counted: count.input_tokens, used: second.usage.input_tokens, missing: missing.status };
});

await check("background", async () => {
  let answer = await client.responses.create({ ...greedy, background: true });
  const first = answer.status;
  while (["queued", "in_progress"].includes(answer.status)) {
    await new Promise(resolve => setTimeout(resolve, 20));
    answer = await client.responses.retrieve(answer.id);
  }
  return { first, last: answer.status, text: answer.output_text };
});

await check("errors", async () => {
  const errors = [
    await failure(client.responses.create({ ...greedy, model: "none" })),
    await failure(client.responses.create({ ...greedy, temperature: 9 })),
    await failure(client.responses.create({ ...greedy, conversation: "conv_1" })),
  ];
  return errors.map(error => ({ type: error.constructor.name, status: error.status, param: error.param ?? "" }));
});

await check("abort", async () => {
  const limited = new OpenAI({ baseURL: endpoint, apiKey: limitedKey });
  const schema = { type: "object", properties: { text: { type: "string", minLength: 800 } }, required: ["text"], additionalProperties: false };
  const stream = await limited.responses.create({ ...greedy, max_output_tokens: 900, stream: true, text: { format: { type: "json_schema", name: "essay", strict: true, schema } } });
  let deltas = 0;
  for await (const event of stream) {
    if (event.type === "response.output_text.delta" && ++deltas === 3) break;
  }
  return { deltas };
});

await check("vercel text", async () => {
  const prompt = { prompt: greedy.input, temperature: 0, maxOutputTokens: 16 };
  const whole = await generateText({ model: vercel, ...prompt });
  let text = "";
  const streamed = streamText({ model: vercel, ...prompt });
  for await (const piece of streamed.textStream) text += piece;
  return { text: whole.text, streamed: text, finishReason: whole.finishReason, tokens: whole.usage.outputTokens };
});

await check("vercel tools", async () => {
  const weather = tool({ description: "The weather of a city", strict: true, inputSchema: z.object({ city: z.enum(["Rome", "Oslo"]) }), execute: async () => ({ degrees: -3 }) });
  const { steps } = await generateText({
    model: vercel,
    prompt: greedy.input,
    maxOutputTokens: 60,
    tools: { get_weather: weather },
    toolChoice: { type: "tool", toolName: "get_weather" },
    stopWhen: stepCountIs(2),
    prepareStep: ({ stepNumber }) => (stepNumber === 0 ? {} : { toolChoice: "none" }),
  });
  return { results: steps[0].toolResults.map(result => result.output.degrees), steps: steps.length, text: steps[1].text };
});

await check("vercel object", async () => {
  const { output } = await generateText({ model: vercel, prompt: "Who?", maxOutputTokens: 200, output: Output.object({ schema: person }) });
  return output;
});

await finish();
