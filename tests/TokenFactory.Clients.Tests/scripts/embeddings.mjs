// Embeddings by the packages openai and ai.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { cosineSimilarity, embed, embedMany } from "ai";
import OpenAI from "openai";
import { check, endpoint, failure, finish, key, model, recordingFetch } from "./common.mjs";

const client = new OpenAI({ baseURL: endpoint, apiKey: key, fetch: recordingFetch });
const providers = {
  openai: createOpenAI({ baseURL: endpoint, apiKey: key, fetch: recordingFetch }).embedding(model),
  compatible: createOpenAICompatible({ name: "factory", baseURL: endpoint, apiKey: key, fetch: recordingFetch }).embeddingModel(model),
};
const length = vector => Math.hypot(...vector);

await check("create", async () => {
  const several = await client.embeddings.create({ model, input: ["one", "two"] });
  const floats = await client.embeddings.create({ model, input: "two", encoding_format: "float" });
  const cut = await client.embeddings.create({ model, input: "two", dimensions: 8 });
  return {
    indexes: several.data.map(one => one.index),
    widths: [several.data[0].embedding.length, floats.data[0].embedding.length, cut.data[0].embedding.length],
    lengths: [...several.data, ...floats.data, ...cut.data].map(one => length(one.embedding)),
    similarity: cosineSimilarity(several.data[1].embedding, floats.data[0].embedding),
    tokens: several.usage.total_tokens,
  };
});

await check("errors", async () => {
  const error = await failure(client.embeddings.create({ model, input: "x", dimensions: 100000 }));
  return { type: error.constructor.name, param: error.param };
});

for (const [name, provider] of Object.entries(providers)) {
  await check(`vercel ${name}`, async () => {
    const one = await embed({ model: provider, value: "one" });
    const several = await embedMany({ model: provider, values: ["one", "two"] });
    return { width: one.embedding.length, count: several.embeddings.length, similarity: cosineSimilarity(one.embedding, several.embeddings[0]) };
  });
}

await finish();
