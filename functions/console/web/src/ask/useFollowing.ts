// The page follows what is being written as long as its reader is at the end; who scrolls up is left alone.
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const NEAR_PX = 80; // of the end: a line or two above it is still there

export function useFollowing(content: RefObject<HTMLElement | null>, isGrowing: boolean) {
  const [isFollowing, setIsFollowing] = useState(true);
  const follows = useRef(true);
  const set = useCallback((next: boolean) => {
    follows.current = next;
    setIsFollowing(next);
  }, []);

  useEffect(() => {
    let before = window.scrollY;
    const hear = () => {
      if (isAtEnd()) set(true);
      else if (window.scrollY < before) set(false);
      before = window.scrollY;
    };
    window.addEventListener("scroll", hear, { passive: true });
    return () => window.removeEventListener("scroll", hear);
  }, [set]);

  useEffect(() => {
    if (!content.current || !isGrowing) return;
    const watched = new ResizeObserver(() => follows.current && scrollToEnd());
    watched.observe(content.current);
    return () => watched.disconnect();
  }, [content, isGrowing]);

  const hasGrown = useRef(false);
  useEffect(() => {
    if (!isGrowing && hasGrown.current && follows.current) scrollToEnd(); // what comes with the end
    hasGrown.current = isGrowing;
  }, [isGrowing]);

  const toEnd = useCallback(() => {
    set(true);
    requestAnimationFrame(scrollToEnd);
  }, [set]);
  return { isFollowing, toEnd };
}

function isAtEnd(): boolean {
  const { scrollHeight, clientHeight } = document.documentElement;
  return window.scrollY + clientHeight >= scrollHeight - NEAR_PX;
}

function scrollToEnd(): void {
  window.scrollTo({ top: document.documentElement.scrollHeight });
}
