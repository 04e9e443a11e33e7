// Light or dark: the system's, until somebody chooses.
import { useEffect, useState } from "react";

export type Scheme = "system" | "light" | "dark";
export const SCHEMES: readonly Scheme[] = ["system", "light", "dark"];
const KEPT = "freshet.scheme";

export function useScheme(): [Scheme, (scheme: Scheme) => void] {
  const [scheme, setScheme] = useState<Scheme>(
    () => SCHEMES.find((one) => one === localStorage.getItem(KEPT)) ?? "system",
  );
  useEffect(() => {
    if (scheme === "system") delete document.documentElement.dataset.scheme;
    else document.documentElement.dataset.scheme = scheme;
    localStorage.setItem(KEPT, scheme);
  }, [scheme]);
  return [scheme, setScheme];
}
