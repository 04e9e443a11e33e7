import { useLayoutEffect } from "react";

let kept = 0;

/** Back from a document, the list is where it was left. */
export function useKeptScroll(isFilled: boolean): void {
  useLayoutEffect(() => {
    if (!isFilled) return;
    window.scrollTo(0, kept);
    const keep = () => {
      kept = window.scrollY;
    };
    window.addEventListener("scroll", keep, { passive: true });
    return () => window.removeEventListener("scroll", keep);
  }, [isFilled]);
}
