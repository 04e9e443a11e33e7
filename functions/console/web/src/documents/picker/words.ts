import { inBoth } from "../../language/language";

export const WORDS = inBoth(
  {
    chosen: "Chosen documents",
    choose: "Choose documents",
    change: "Change",
    remove: (title: string) => `Remove ${title}`,
    others: (count: number) => `and ${count} more`,
    unknown: "A document that is gone",
    search: "Search titles",
    searchHint: (loaded: number, hasMore: boolean) =>
      hasMore
        ? `Searches the newest ${loaded} documents that are loaded.`
        : `Searches all ${loaded} documents.`,
    documents: "Documents",
    loadMore: "Load more",
    loadingMore: "Loading more…",
    nothing: "No document is ready yet.",
    nothingHint: "Upload some in the Documents part first.",
    noMatch: "No title matches.",
    count: (count: number, max?: number) => (max ? `${count} of at most ${max} chosen` : `${count} chosen`),
    none: "Choose none",
    done: "Done",
  },
  {
    chosen: "已选文档",
    choose: "选择文档",
    change: "更改",
    remove: (title: string) => `移除 ${title}`,
    others: (count: number) => `等另外 ${count} 份`,
    unknown: "文档已不存在",
    search: "搜索标题",
    searchHint: (loaded: number, hasMore: boolean) =>
      hasMore ? `仅在已加载的最近 ${loaded} 份文档中搜索。` : `在全部 ${loaded} 份文档中搜索。`,
    documents: "文档",
    loadMore: "加载更多",
    loadingMore: "正在加载…",
    nothing: "还没有可用的文档。",
    nothingHint: "请先在“文档”中上传。",
    noMatch: "没有匹配的标题。",
    count: (count: number, max?: number) => (max ? `已选 ${count} 份，最多 ${max} 份` : `已选 ${count} 份`),
    none: "清空",
    done: "完成",
  },
);
