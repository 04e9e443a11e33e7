import { expect, test } from "vitest";
import { IDLE, type Run } from "../../api/run";
import { playOf } from "../chat/request";
import { DEFAULT_SETTINGS } from "../settings/settings";
import { best } from "./comparison";
import { curl } from "./curl";
import { asJson, asMarkdown } from "./exports";

const AT = new Date("2026-01-02T03:04:05Z");
const settings = { ...DEFAULT_SETTINGS, systemPrompt: "Be brief.", toolIds: [2] };
const play = playOf({ modelId: 1, settings, prompt: "It's 1+1?", before: [], conversationId: null });
const call = { index: 0, id: "c", name: "calculator", arguments: "{}", result: "```\n2" };
const run: Run = {
  ...IDLE,
  phase: "done",
  content: "2",
  toolCalls: [call],
  metrics: { duration_ms: 5, cost: 0.5, currency: "USD" },
};
const column = {
  name: "A",
  model: "m",
  conversationId: "c",
  play,
  exchanges: [{ key: "k", prompt: "1+1?\nNow", model: "m", run }],
};

test("the best is marked where there is one", () => {
  const all = [
    { ttft_ms: 9, cost: 1, currency: "USD" },
    { ttft_ms: 5, cost: 2, currency: "USD" },
    { ttft_ms: 5 },
  ];
  expect(best("firstToken", all)).toEqual([1, 2]);
  expect(best("cost", all)).toEqual([0]);
  expect(best("speed", all)).toEqual([]);
  expect(best("firstToken", [{ ttft_ms: 5 }, { ttft_ms: 5 }])).toEqual([]);
  expect(
    best("cost", [
      { cost: 1, currency: "USD" },
      { cost: 2, currency: "CNY" },
    ]),
  ).toEqual([]);
});

test("a command is quoted, and holds no key", () => {
  const command = curl(play, "https://x.example/prod/", true);
  expect(command).toContain("-N -X POST 'https://x.example/prod/api/debug/chat'");
  expect(command).toContain("Bearer $FRESHET_KEY");
  expect(command).toContain("It'\\''s 1+1?");
  expect(curl(play, "https://x.example/", false)).not.toContain("Authorization");
});

test("JSON has prompts, answers, settings and figures", () => {
  const { columns } = JSON.parse(asJson([column], AT));
  expect(columns[0].settings).toEqual({
    model_id: 1,
    system_prompt: "Be brief.",
    tool_ids: [2],
    stream: true,
  });
  expect(columns[0].exchanges[0]).toMatchObject({ prompt: "1+1?\nNow", output: "2", metrics: { cost: 0.5 } });
});

test("Markdown can't be broken by what tools say", () => {
  const text = asMarkdown([column], AT);
  expect(text).toContain("## A: m");
  expect(text).toContain("> 1+1?\n> Now");
  expect(text).toContain("````\n```\n2\n````");
  expect(text).toContain("| cost | 0.5 USD |");
});
