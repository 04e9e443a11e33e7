// The page's colours as WebGL can use them, in the scheme that the page is in now.
import { useEffect, useState } from "react";
import type { EdgeKind } from "./model";

export interface Palette {
  surface: string;
  raised: string;
  text: string;
  soft: string;
  line: string;
  node: string;
  /** Of what is not lit while something is. */
  faded: string;
  edges: Record<EdgeKind, string>;
  /** Of edges of one kind only: from the rarest to the most frequent. */
  shades: readonly string[];
}

/** Length of a dash and its gap in pixels, 0 for a line without: kinds are not told apart by colour alone. */
export const DASHES: Record<EdgeKind, number> = {
  follows: 0,
  causes: 0,
  triggers: 16,
  enables: 8,
  leads_to: 0,
  coincides: 4,
};

export const TOKENS: Record<EdgeKind, string> = {
  follows: "--line-strong",
  causes: "--bad",
  triggers: "--warn",
  enables: "--good",
  leads_to: "--line-strong",
  coincides: "--soft",
};

/** Read anew when the system's scheme or the chosen one changes. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(read);
  useEffect(() => {
    const again = () => setPalette(read());
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(again);
    system.addEventListener("change", again);
    chosen.observe(document.documentElement, { attributeFilter: ["data-scheme"] });
    return () => {
      system.removeEventListener("change", again);
      chosen.disconnect();
    };
  }, []);
  return palette;
}

const SHADES = 8;

function shadesOf(from: string, to: string): string[] {
  const [start, end] = [from, to].map((colour) => colour.match(/[\d.]+/g)?.map(Number) ?? []);
  return Array.from({ length: SHADES }, (_, at) => {
    const part = [0, 1, 2].map((channel) => {
      const [low, high] = [start?.[channel] ?? 0, end?.[channel] ?? 0];
      return Math.round(low + ((high - low) * at) / (SHADES - 1));
    });
    return `rgb(${part.join(", ")})`;
  });
}

function read(): Palette {
  const probe = document.body.appendChild(document.createElement("span"));
  const colour = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color; // light-dark() is worked out here
  };
  const edges = Object.fromEntries(
    Object.entries(TOKENS).map(([kind, token]) => [kind, colour(token)]),
  ) as Record<EdgeKind, string>;
  const palette = {
    surface: colour("--surface"),
    raised: colour("--raised"),
    text: colour("--text"),
    soft: colour("--soft"),
    line: colour("--line"),
    node: colour("--accent"),
    faded: colour("--line"),
    edges,
    shades: shadesOf(colour("--line-strong"), colour("--text")),
  };
  probe.remove();
  return palette;
}
