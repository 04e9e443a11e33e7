// Where one is in this part: `#/events/<view>/<user>`, without a user for all of them. Read from the raw hash,
// because the router decodes paths once already, and a user may be called `a/b` or `100%`.
import { useCallback, useMemo } from "react";
import { useHashLocation } from "wouter/use-hash-location";

export const VIEWS = ["logs", "timeline", "behaviours", "patterns", "graph", "causal"] as const;
export type View = (typeof VIEWS)[number];

export interface Address {
  view: View;
  /** null: all users. */
  user: string | null;
}

export function addressIn(path: string): Address {
  const [, , view, user] = path.split("/");
  return { view: VIEWS.find((one) => one === view) ?? "logs", user: user ? decoded(user) : null };
}

export function pathOf({ view, user }: Address): string {
  return user === null ? `/events/${view}` : `/events/${view}/${encodeURIComponent(user)}`;
}

export function useAddress(): [Address, (change: Partial<Address>) => void] {
  const [path, navigate] = useHashLocation();
  const address = useMemo(() => addressIn(path), [path]);
  const go = useCallback(
    (change: Partial<Address>) => navigate(pathOf({ ...address, ...change })),
    [address, navigate],
  );
  return [address, go];
}

/** An address that somebody typed may hold a bare `%`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
