import { inBoth } from "../../language/language";

export const WORDS = inBoth(
  {
    title: "Ask about these events",
    question: "Question",
    placeholder: "What happened on Tuesday morning?",
    ask: "Ask",
    stop: "Stop",
    thinking: "Reading the events…",
    broken: "The connection is gone; it is being taken up again.",
    stopped: "Stopped.",
    cited: "Events that the answer names",
    notFound: "The events don't say.",
    citation: (marker: number, title: string) => `Event ${marker}: ${title}`,
    unlit: "Back to all events",
  },
  {
    title: "就这些事件提问",
    question: "问题",
    placeholder: "周二上午做了什么？",
    ask: "提问",
    stop: "停止",
    thinking: "正在查阅事件…",
    broken: "连接中断，正在恢复。",
    stopped: "已停止。",
    cited: "回答引用的事件",
    notFound: "事件中没有答案。",
    citation: (marker: number, title: string) => `事件 ${marker}：${title}`,
    unlit: "恢复显示全部",
  },
);
