// OpenAI's own client for JavaScript: only `baseURL` and `apiKey` are set.
import assert from 'node:assert/strict';
import test from 'node:test';

import OpenAI from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { API_KEY, BASE_URL, HELLO, MODEL, PERSON, RAG, TICKETS, WEATHER, weather } from './asked.mjs';

const client = new OpenAI({ baseURL: BASE_URL, apiKey: API_KEY });
const said = (content) => [{ role: 'user', content }];
const Person = z.object({ name: z.string(), age: z.number().int() });
const getWeather = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

test('the models are listed', async () => {
  const names = [];
  for await (const found of client.models.list()) names.push(found.id);
  assert.ok(names.includes(MODEL) && names.includes(RAG), String(names));
});

test('a completion is the same streamed and whole', async () => {
  const whole = await client.chat.completions.create({ model: MODEL, messages: said(HELLO) });
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: said(HELLO),
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
  assert.match(text, /你好/);
  assert.equal(whole.choices[0].message.content, text);
  assert.deepEqual(chunks.at(-1).usage, whole.usage);
});

test('a tool is run by the client, and its result is answered from', async () => {
  const runner = client.chat.completions.runTools({
    model: MODEL,
    messages: said(WEATHER),
    stream: true,
    tools: [{ type: 'function', function: { ...getWeather, function: weather, parse: JSON.parse } }],
  });
  const calls = [];
  runner.on('functionToolCall', (call) => calls.push([call.name, JSON.parse(call.arguments)]));
  assert.match(await runner.finalContent(), /"temperature":21/);
  assert.deepEqual(calls, [['get_weather', { city: 'Paris' }]]);
});

test('an answer is parsed by its schema', async () => {
  const parsed = await client.chat.completions.parse({
    model: MODEL,
    messages: said(PERSON),
    response_format: zodResponseFormat(Person, 'person'),
  });
  assert.equal(parsed.choices[0].message.parsed.age, 36);
});

test('answers from documents are annotated', async () => {
  const answered = await client.chat.completions.create({ model: RAG, messages: said(TICKETS) });
  const { content, annotations } = answered.choices[0].message;
  assert.match(content, /14 euros/);
  const { start_index: start, end_index: end } = annotations[0].url_citation;
  assert.equal(content.slice(start, end), '[1]');
});

test('a response is streamed, found again, and gone on from', async () => {
  const stream = client.responses.stream({ model: MODEL, input: HELLO });
  const numbers = [];
  stream.on('event', (event) => numbers.push(event.sequence_number));
  const made = await stream.finalResponse();
  assert.deepEqual(numbers, [...numbers.keys()]);
  assert.match(made.output_text, /你好/);
  assert.equal((await client.responses.retrieve(made.id)).output_text, made.output_text);
  const next = await client.responses.create({ model: MODEL, input: HELLO, previous_response_id: made.id });
  assert.equal(next.previous_response_id, made.id);
  assert.ok(next.usage.input_tokens > made.usage.input_tokens);
});

test('texts have vectors', async () => {
  const { id: model } = (await client.models.list()).data.find((found) => found.id.includes('embed'));
  const found = await client.embeddings.create({ model, input: [TICKETS, '成人票'], dimensions: 256 });
  assert.deepEqual(found.data.map((one) => one.embedding.length), [256, 256]);
});

test("errors are the client's own", async () => {
  const unknown = client.chat.completions.create({ model: 'no-such-model', messages: said(HELLO) });
  await assert.rejects(unknown, (error) => error instanceof OpenAI.NotFoundError && error.param === 'model');
  const stranger = new OpenAI({ baseURL: BASE_URL, apiKey: 'fk_wrong' });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
});
