// Which exercises a list is to show, and how the API is asked for them.
import type { Kind, State } from "../kinds";

export interface Wanted {
  q: string;
  type: Kind | "";
  state: State | "";
  concept: string;
  document_id: string;
}

export const NO_FILTER: Wanted = { q: "", type: "", state: "", concept: "", document_id: "" };

type Asked = Partial<Omit<Wanted, "type" | "state">> & { type?: Kind; state?: State };

/** The members that say something. */
export function asked(wanted: Wanted): Asked {
  const said = Object.entries(wanted).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(said.filter(([, value]) => value)) as Asked;
}
