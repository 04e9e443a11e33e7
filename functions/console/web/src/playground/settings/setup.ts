// What the playground looks like, kept in the browser from one visit to the next.
import { useCallback, useEffect, useState } from "react";
import { EMPTY_PARAMS } from "./params";
import { DEFAULT_SETTINGS, type Settings } from "./settings";

const KEPT = "freshet.playground";
const MOST_CHARS = 200_000; // browsers keep some five million for a whole site
const SETTLED_MS = 300; // not at every key
const STACK_MODEL = 1;

export const COLUMN_NAMES = ["A", "B", "C"] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];

export interface ColumnSetup {
  name: ColumnName;
  modelId: number;
  /** Settings of its own; without them, the shared ones. */
  own: Settings | null;
  conversationId: string | null;
}

export interface Setup {
  prompt: string;
  shared: Settings;
  columns: ColumnSetup[];
}

export type Change = (change: (setup: Setup) => Setup) => void;

export function useSetup(): [Setup, Change] {
  const [setup, setSetup] = useState<Setup>(read);
  useEffect(() => {
    const timer = setTimeout(() => keep(setup), SETTLED_MS);
    const now = () => keep(setup);
    window.addEventListener("pagehide", now);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("pagehide", now);
      now();
    };
  }, [setup]);
  return [setup, useCallback((change) => setSetup(change), [])];
}

export const settingsOf = (setup: Setup, column: ColumnSetup): Settings => column.own ?? setup.shared;

/** With one column more, which asks the model that the last one asks. */
export function withColumn(setup: Setup): Setup {
  const name = COLUMN_NAMES.find((one) => setup.columns.every((column) => column.name !== one));
  if (!name) return setup;
  const modelId = setup.columns.at(-1)?.modelId ?? STACK_MODEL;
  return { ...setup, columns: [...setup.columns, { name, modelId, own: null, conversationId: null }] };
}

export function withoutColumn(setup: Setup, name: ColumnName): Setup {
  return { ...setup, columns: setup.columns.filter((column) => column.name !== name) };
}

export function withChange(setup: Setup, name: ColumnName, change: Partial<ColumnSetup>): Setup {
  const columns = setup.columns.map((column) => (column.name === name ? { ...column, ...change } : column));
  return { ...setup, columns };
}

const FRESH: Setup = withColumn({ prompt: "", shared: DEFAULT_SETTINGS, columns: [] });

/** What an earlier version of this page kept may lack members. */
export function completed(kept: Partial<Setup> | null): Setup {
  const columns = (kept?.columns ?? []).filter((one) => COLUMN_NAMES.includes(one.name));
  if (!kept || !columns.length) return FRESH;
  return {
    prompt: String(kept.prompt ?? ""),
    shared: whole(kept.shared ?? DEFAULT_SETTINGS),
    columns: columns.map((one) => ({ ...one, own: one.own ? whole(one.own) : null })),
  };
}

function whole(settings: Settings): Settings {
  return { ...DEFAULT_SETTINGS, ...settings, params: { ...EMPTY_PARAMS, ...settings.params } };
}

function read(): Setup {
  try {
    return completed(JSON.parse(localStorage.getItem(KEPT) ?? "null") as Partial<Setup> | null);
  } catch {
    return FRESH;
  }
}

function keep(setup: Setup): void {
  const text = JSON.stringify(setup);
  try {
    if (text.length <= MOST_CHARS) localStorage.setItem(KEPT, text);
  } catch {
    // A browser without room or permission: the page works without.
  }
}
