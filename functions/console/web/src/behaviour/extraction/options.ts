// How events are to be found: what the form knows, and the request's body of it.
import type { Schemas } from "../../api/client";

export interface Options {
  /** Empty: the log's. */
  language: "" | "en" | "zh";
  /** Words with commas between them. */
  types: string;
  gapMinutes: number;
  refresh: boolean;
}

export const USUAL: Options = { language: "", types: "", gapMinutes: 30, refresh: false };
const MAX_GAP = 1440;

export function bodyOf({ language, types, gapMinutes, refresh }: Options): Partial<Schemas["Extract"]> {
  const words = types.split(/[,，、;；\s]+/).filter(Boolean);
  return {
    ...(language && { language }),
    ...(words.length && { types: words }),
    gap_minutes: Math.min(MAX_GAP, Math.max(1, Math.round(gapMinutes) || USUAL.gapMinutes)),
    refresh,
  };
}
