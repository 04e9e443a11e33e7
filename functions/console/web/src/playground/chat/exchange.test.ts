import { expect, test } from "vitest";
import { IDLE } from "../../api/run";
import { DEFAULT_SETTINGS } from "../settings/settings";
import { type Exchange, exchangesOf, messagesOf, type Turn } from "./exchange";
import { concise, playOf } from "./request";

const CALL = { id: "c1", name: "calculator", arguments: '{"expression":"1+1"}', result: "2" };

const turn = (members: Partial<Turn>): Turn => ({
  id: "t",
  status: "done",
  created_at: "",
  model: "m",
  messages: [{ role: "user", content: "Hi" }],
  output: "",
  tool_calls: [],
  citations: [],
  ...members,
});

const exchange = (prompt: string, content: string): Exchange => ({
  key: prompt,
  prompt,
  model: "m",
  run: { ...IDLE, phase: "done", content },
});

test("a turn is an exchange, with its calls and its end", () => {
  const error = { detail: "No.", code: "x" };
  const [found] = exchangesOf([turn({ output: "Two", tool_calls: [CALL], status: "failed", error })]);
  expect(found?.prompt).toBe("Hi");
  expect(found?.run).toMatchObject({ phase: "failed", content: "Two", error: "No." });
  expect(found?.run.toolCalls).toEqual([{ ...CALL, index: 0 }]);
});

test("messages before a turn's prompt are exchanges of their own", () => {
  const before = messagesOf([
    {
      ...exchange("1+1?", "It is 2."),
      run: { ...IDLE, content: "It is 2.", toolCalls: [{ ...CALL, index: 0 }] },
    },
  ]);
  expect(before.map((message) => message.role)).toEqual(["user", "assistant", "tool", "assistant"]);
  const messages = [...before, { role: "user", content: "And now?" }, { role: "assistant", content: "3" }];
  const found = exchangesOf([turn({ messages, output: "3" })]);
  expect(found.map((one) => [one.prompt, one.run.content])).toEqual([
    ["1+1?", "It is 2."],
    ["And now?", "3"],
  ]);
  expect(found[0]?.run.toolCalls).toEqual([{ ...CALL, index: 0 }]);
});

test("what has no answer is not told to a model", () => {
  expect(messagesOf([exchange("Hi", ""), exchange("Ho", "Hello")])).toHaveLength(2);
});

test("a kept conversation is gone on with, anything else takes its messages along", () => {
  const asked = { modelId: 1, settings: DEFAULT_SETTINGS, prompt: "Go on", before: [exchange("Hi", "Ho")] };
  const kept = playOf({ ...asked, conversationId: "c" });
  expect(kept.conversation_id).toBe("c");
  expect(kept.messages).toEqual([]);
  const settings = { ...DEFAULT_SETTINGS, keep: false };
  const apart = playOf({ ...asked, settings, conversationId: "c" });
  expect(apart.conversation_id).toBeUndefined();
  expect(apart.messages).toHaveLength(2);
});

test("what says nothing is not shown", () => {
  const play = playOf({
    modelId: 1,
    settings: DEFAULT_SETTINGS,
    prompt: "Hi",
    before: [],
    conversationId: null,
  });
  expect(concise(play)).toEqual({ model_id: 1, prompt: "Hi", stream: true });
});
