// Keeps the end of what streams in sight, unless somebody scrolled away from it.
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

const NEAR_PX = 48;

export function useFollowedEnd(what: unknown): RefObject<HTMLElement | null> {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const watched = box.current;
    const look = () => {
      if (watched)
        isAtEnd.current = watched.scrollHeight - watched.scrollTop - watched.clientHeight < NEAR_PX;
    };
    watched?.addEventListener("scroll", look, { passive: true });
    return () => watched?.removeEventListener("scroll", look);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes may have grown the box
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [what]);
  return box;
}
