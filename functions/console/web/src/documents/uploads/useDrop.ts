// Files dropped anywhere on the page. Without this the browser would leave the page and open them.
import { useEffect, useRef, useState } from "react";
import { dropped } from "./dropped";

/** Whether files are held over the page. */
export function useDrop(onFiles: (files: File[]) => void, onError: () => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const hear = useRef({ onFiles, onError });
  hear.current = { onFiles, onError };
  useEffect(() => {
    const leave = new AbortController();
    const on = <Name extends "dragover" | "dragleave" | "drop">(
      name: Name,
      act: (event: DragEvent) => void,
    ) => window.addEventListener(name, (event) => hasFiles(event) && act(event), { signal: leave.signal });
    on("dragover", (event) => {
      event.preventDefault();
      setIsOver(true);
    });
    on("dragleave", (event) => event.relatedTarget === null && setIsOver(false));
    on("drop", (event) => {
      event.preventDefault();
      setIsOver(false);
      if (event.dataTransfer) dropped(event.dataTransfer).then(hear.current.onFiles, hear.current.onError);
    });
    return () => leave.abort();
  }, []);
  return isOver;
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}
