// Vercel's AI SDK, which checks what it is sent by schemas of its own; over both of OpenAI's APIs.
import assert from 'node:assert/strict';
import test from 'node:test';

import { createOpenAI } from '@ai-sdk/openai';
import { embedMany, generateText, Output, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';

import { API_KEY, BASE_URL, HELLO, MODEL, PERSON, RAG, TICKETS, WEATHER, weather } from './asked.mjs';

const freshet = createOpenAI({ baseURL: BASE_URL, apiKey: API_KEY });
const apis = { 'chat completions': freshet.chat, responses: freshet.responses };
const tools = {
  get_weather: tool({
    description: 'The weather in a city.',
    inputSchema: z.object({ city: z.string() }),
    execute: weather,
  }),
};

for (const [api, model] of Object.entries(apis)) {
  test(`${api}: text is streamed`, async () => {
    const streamed = streamText({ model: model(MODEL), prompt: HELLO });
    const pieces = [];
    for await (const piece of streamed.textStream) pieces.push(piece);
    assert.ok(pieces.length > 10);
    assert.match(pieces.join(''), /你好/);
    assert.equal(await streamed.finishReason, 'stop');
    const { inputTokens, outputTokens } = await streamed.usage;
    assert.ok(inputTokens > 0 && outputTokens > 0);
  });

  test(`${api}: a tool is run, and its result is answered from`, async () => {
    const options = { model: model(MODEL), prompt: WEATHER, tools, stopWhen: stepCountIs(3) };
    const answered = await generateText(options);
    assert.deepEqual(answered.steps[0].toolResults.map((one) => one.output), [weather({ city: 'Paris' })]);
    assert.match(answered.text, /"temperature":21/);
    assert.equal(await streamText(options).text, answered.text);
  });

  test(`${api}: an object is filled by its schema`, async () => {
    const schema = z.object({ name: z.string(), age: z.number().int() });
    const { output } = await generateText({
      model: model(MODEL),
      prompt: PERSON,
      output: Output.object({ schema }),
    });
    assert.equal(output.age, 36);
  });

  test(`${api}: answers from documents name their sources`, async () => {
    const answered = await generateText({ model: model(RAG), prompt: TICKETS });
    assert.match(answered.text, /14 euros/);
    assert.ok(answered.sources.length > 0);
  });
}

test('texts have vectors', async () => {
  const model = freshet.embedding('freshet-stand-in-embedding');
  const { embeddings } = await embedMany({ model, values: [TICKETS, '成人票'] });
  assert.equal(embeddings.length, 2);
});
