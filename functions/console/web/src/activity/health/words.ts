import { inBoth } from "../../language/language";

export const WORDS = inBoth(
  {
    intro: "Each part is tried for real, once, when you ask.",
    check: "Check now",
    checking: "Checking…",
    ok: "Everything works",
    failing: (parts: string) => `Not working: ${parts}`,
    part: "Part",
    state: "State",
    latency: "Took",
    works: "works",
    fails: "fails",
    checked: (time: string) => `Checked on ${time}.`,
    parts: {
      table: "Database (DynamoDB)",
      bucket: "Files (S3)",
      index: "Search index (Qdrant)",
      model: "Model",
    } as Record<string, string>,
  },
  {
    intro: "点击后会对每个组件实际调用一次。",
    check: "立即检查",
    checking: "检查中…",
    ok: "一切正常",
    failing: (parts: string) => `异常：${parts}`,
    part: "组件",
    state: "状态",
    latency: "耗时",
    works: "正常",
    fails: "异常",
    checked: (time: string) => `检查时间：${time}`,
    parts: {
      table: "数据库（DynamoDB）",
      bucket: "文件存储（S3）",
      index: "检索索引（Qdrant）",
      model: "模型",
    } as Record<string, string>,
  },
);
