import { useEffect, useRef } from "react";
import { Follower } from "./follower";
import type { StoredDocument } from "./pages";
import { documentOf } from "./useDocuments";
import { useLibrary } from "./useLibrary";

const isUnderWay = ({ status }: StoredDocument) => status === "uploading" || status === "parsing";

/** Keeps those of the documents that are under way up to date while somebody looks. `onEnd` hears of each end. */
export function useFollowing(
  documents: readonly StoredDocument[],
  onEnd?: (document: StoredDocument) => void,
) {
  const library = useLibrary();
  const hear = useRef(onEnd);
  hear.current = onEnd;
  const follower = useRef<Follower>(null);
  const ids = documents
    .filter(isUnderWay)
    .map(({ id }) => id)
    .join(" ");

  useEffect(() => {
    const onSeen = (document: StoredDocument) => {
      if (document.status === "uploading") return; // its file is there, the API only hasn't noticed yet
      library.change(document);
      if (!isUnderWay(document)) hear.current?.(document);
    };
    const mine = new Follower({ look: documentOf, onSeen, onGone: (id) => library.exclude([id]) });
    follower.current = mine;
    return () => mine.follow([]);
  }, [library]);

  useEffect(() => {
    const follow = () => follower.current?.follow(document.hidden || !ids ? [] : ids.split(" "));
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, [ids]);
}
