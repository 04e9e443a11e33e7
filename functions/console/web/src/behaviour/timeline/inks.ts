// The colours of the picture, as the page's styles have them: a canvas knows no custom properties.
import { useEffect, useState } from "react";
import { inkOf } from "../types";

export interface Inks {
  /** Of a type. */
  of: (type: string) => string;
  onType: string;
  text: string;
  soft: string;
  line: string;
  strong: string;
  band: string;
  font: string;
}

/** Read anew when the scheme changes. */
export function useInks(): Inks {
  const [inks, setInks] = useState(read);
  useEffect(() => {
    const again = () => setInks(read());
    const system = matchMedia("(prefers-color-scheme: dark)");
    const chosen = new MutationObserver(again);
    system.addEventListener("change", again);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-scheme"] });
    return () => {
      system.removeEventListener("change", again);
      chosen.disconnect();
    };
  }, []);
  return inks;
}

/** The colours of types, each read when it is first needed. */
function ofTypes(): Inks["of"] {
  const known = new Map<string, string>();
  return (type) => {
    const found = known.get(type) ?? resolved(inkOf(type));
    known.set(type, found);
    return found;
  };
}

function resolved(colour: string): string {
  const probe = document.createElement("span");
  probe.style.color = colour;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function read(): Inks {
  const probe = document.createElement("span");
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colour = (name: string) => {
    probe.className = name;
    return style.color;
  };
  const inks = {
    of: ofTypes(),
    onType: colour("events-on-ink"),
    text: colour("events-text"),
    soft: colour("soft"),
    line: colour("events-line"),
    strong: colour("events-strong"),
    band: colour("events-band"),
    font: `${Math.round(Number.parseFloat(style.fontSize) * 0.8)}px ${style.fontFamily}`,
  };
  probe.remove();
  return inks;
}
