// The parts of the console, each loaded when it is first opened.
import {
  Blocks,
  FileText,
  GraduationCap,
  KeyRound,
  type LucideIcon,
  MessageCircleQuestion,
  Waypoints,
} from "lucide-react";
import { type ComponentType, type LazyExoticComponent, lazy } from "react";

export type PartName = "ask" | "documents" | "playground" | "exercises" | "events" | "activity";

interface Part {
  name: PartName;
  icon: LucideIcon;
  component: LazyExoticComponent<ComponentType>;
}

/** A part's paths begin with its name (`#/documents/…`); what comes after is its own. */
export const PARTS: readonly Part[] = [
  { name: "ask", icon: MessageCircleQuestion, component: lazy(() => import("../ask/AskPart")) },
  { name: "documents", icon: FileText, component: lazy(() => import("../documents/DocumentsPart")) },
  { name: "playground", icon: Blocks, component: lazy(() => import("../playground/PlaygroundPart")) },
  { name: "exercises", icon: GraduationCap, component: lazy(() => import("../exercises/ExercisesPart")) },
  { name: "events", icon: Waypoints, component: lazy(() => import("../behaviour/EventsPart")) },
  { name: "activity", icon: KeyRound, component: lazy(() => import("../activity/ActivityPart")) },
];

export const FIRST: PartName = "ask";
