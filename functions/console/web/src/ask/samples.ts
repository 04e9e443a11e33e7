import type { Language } from "../language/language";

/** Questions that the demo's documents answer, by file name. */
const DEMO: Record<string, { language: Language; questions: string[] }> = {
  "employee-handbook.pdf": {
    language: "en",
    questions: [
      "How many days of paid leave do employees get?",
      "Can I work from home, and on which days not?",
    ],
  },
  "员工手册.pdf": {
    language: "zh",
    questions: ["员工每年有多少天带薪年假？", "差旅费多久可以报销？"],
  },
};

/** Those that are there to be answered, the ones in the reader's language first. */
export function samplesFor(filenames: readonly string[], language: Language): string[] {
  const there = [...new Set(filenames)].flatMap((name) => DEMO[name] ?? []);
  const own = there.filter((one) => one.language === language);
  const other = there.filter((one) => one.language !== language);
  return [...own, ...other].flatMap(({ questions }) => questions);
}
