// The one queue of this page, for components. A page that is closed while files are on their way asks first.
import { useCallback, useSyncExternalStore } from "react";
import { onSignOut } from "../../session/authorization";
import type { Kind } from "../library/pages";
import { useLibrary } from "../library/useLibrary";
import { UploadQueue } from "./queue";
import { upload } from "./upload";

export const queue = new UploadQueue();
onSignOut(() => queue.cancelAll());

const ask = (event: BeforeUnloadEvent) => event.preventDefault();
queue.subscribe(() => {
  const isBusy = queue.read().uploads.some(({ state }) => state !== "failed");
  if (isBusy) window.addEventListener("beforeunload", ask);
  else window.removeEventListener("beforeunload", ask);
});

export function useUploads() {
  return useSyncExternalStore(queue.subscribe, queue.read);
}

/** Puts files into the queue. */
export function useUpload(): (files: readonly File[], kind: Kind) => void {
  const library = useLibrary();
  return useCallback(
    (files, kind) =>
      queue.add(files, {
        upload: (file, onProgress, signal) => upload(file, kind, onProgress, signal),
        onSent: (document) => library.include([document]),
      }),
    [library],
  );
}
