// The words that several pages of this part share; each page keeps its own beside itself.
import { inBoth } from "../language/language";

const CAPABILITIES = inBoth<Record<string, string>>(
  {
    query: "Question",
    summary: "Summary",
    chat: "Playground",
    completions: "Chat completion",
    responses: "Response",
    embeddings: "Embeddings",
    parse: "Document indexing",
    search: "Search",
    context: "Chunk context",
    events: "Event extraction",
    import: "Behaviour import",
    tags: "Tagging",
    views: "View",
    answer: "Question about events",
    "causal-graph": "Causal graph",
    analysis: "Material analysis",
    exercises: "Exercise generation",
    grading: "Grading",
  },
  {
    query: "问答",
    summary: "摘要",
    chat: "调试对话",
    completions: "对话补全",
    responses: "Responses 响应",
    embeddings: "向量化",
    parse: "文档索引",
    search: "检索",
    context: "片段上下文",
    events: "事件抽取",
    import: "行为日志导入",
    tags: "打标签",
    views: "视图",
    answer: "事件问答",
    "causal-graph": "因果图",
    analysis: "材料分析",
    exercises: "生成练习",
    grading: "批改",
  },
);

export const WORDS = inBoth(
  {
    title: "Runs and keys",
    pages: { runs: "Runs", usage: "Usage", keys: "Keys", health: "Health" },
    refresh: "Refresh",
    cancel: "Cancel",
    capability: (name: string) => CAPABILITIES.en[name] ?? name,
  },
  {
    title: "运行与密钥",
    pages: { runs: "运行", usage: "用量", keys: "密钥", health: "健康状况" },
    refresh: "刷新",
    cancel: "取消",
    capability: (name: string) => CAPABILITIES.zh[name] ?? name,
  },
);
