import { type RefObject, useLayoutEffect, useState } from "react";

/** How far below the page's top an element begins; what is above it comes and goes. */
export function useTop(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const shown = element.current;
    if (shown && !shown.hidden) setTop(Math.round(shown.getBoundingClientRect().top + window.scrollY));
  });
  return top;
}
