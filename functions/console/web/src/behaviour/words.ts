// The words of the frame; each folder below has its own.
import { inBoth } from "../language/language";

export const WORDS = inBoth(
  {
    title: "Events",
    lead: "From behaviour logs to events, patterns and causes.",
    views: "Views of the events",
    view: {
      logs: "Logs",
      timeline: "Timeline",
      behaviours: "Behaviours",
      patterns: "Patterns",
      graph: "Event graph",
      causal: "Causal graph",
    },
  },
  {
    title: "事件",
    lead: "从行为日志提炼事件，发现规律与因果。",
    views: "事件视图",
    view: {
      logs: "日志",
      timeline: "时间线",
      behaviours: "行为记录",
      patterns: "规律",
      graph: "事件图",
      causal: "因果图",
    },
  },
);
