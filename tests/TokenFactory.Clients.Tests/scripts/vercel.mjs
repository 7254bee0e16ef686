// Vercel's package ai against the server, through its providers for OpenAI's chat completions.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";
import { check, endpoint, exhaust, failure, finish, key, limitedKey, model, notingFetch, recordingFetch } from "./common.mjs";

const openai = createOpenAI({ baseURL: endpoint, apiKey: key, fetch: recordingFetch }).chat(model);
const compatible = createOpenAICompatible({ name: "factory", baseURL: endpoint, apiKey: key, fetch: recordingFetch, includeUsage: true, supportsStructuredOutputs: true }).chatModel(model);
const greedy = { prompt: "What is this console?", temperature: 0, maxOutputTokens: 16 };
const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.enum(["Rome", "Oslo"]) }),
  strict: true,
  execute: async ({ city }) => ({ city, degrees: -3 }),
});

for (const [name, chat] of [["openai", openai], ["compatible", compatible]]) {
  await check(`${name} generate`, async () => {
    const { text, finishReason, usage } = await generateText({ model: chat, ...greedy });
    return { text, finishReason, tokens: [usage.inputTokens, usage.outputTokens] };
  });

  await check(`${name} stream`, async () => {
    const result = streamText({ model: chat, ...greedy });
    let text = "";
    for await (const piece of result.textStream) text += piece;
    return { text, finishReason: await result.finishReason, tokens: (await result.usage).outputTokens };
  });

  await check(`${name} tools`, async () => {
    const { steps } = await generateText({
      model: chat,
      ...greedy,
      maxOutputTokens: 60,
      tools: { get_weather: weather },
      toolChoice: { type: "tool", toolName: "get_weather" },
      stopWhen: stepCountIs(2),
      prepareStep: ({ stepNumber }) => (stepNumber === 0 ? {} : { toolChoice: "none" }),
    });
    return {
      calls: steps[0].toolCalls.map(call => call.toolName),
      cities: steps[0].toolCalls.map(call => call.input.city),
      results: steps[0].toolResults.map(result => result.output.degrees),
      steps: steps.length,
      text: steps[1]?.text,
    };
  });

  await check(`${name} object`, async () => {
    const schema = z.object({ name: z.string().max(8), age: z.number().int().min(1).max(99) });
    const { output } = await generateText({ model: chat, prompt: "Who?", maxOutputTokens: 200, output: Output.object({ schema }) });
    return output;
  });

  await check(`${name} errors`, async () => {
    const error = await failure(generateText({ model: chat, ...greedy, temperature: 9, maxRetries: 0 }));
    return { isCallError: APICallError.isInstance(error), status: error.statusCode, isRetryable: error.isRetryable, message: error.message };
  });
}

await check("retry", async () => {
  const statuses = [];
  const limited = createOpenAICompatible({ name: "factory", baseURL: endpoint, apiKey: limitedKey, fetch: notingFetch(statuses) }).chatModel(model);
  await exhaust();
  const { text } = await generateText({ model: limited, ...greedy, maxOutputTokens: 2 });
  return { statuses, text };
});

await finish();
