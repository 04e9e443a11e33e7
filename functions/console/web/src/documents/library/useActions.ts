// What can be done with documents: parse again, download, delete.
import { useMemo } from "react";
import { answered, api, fetched } from "../../api/client";
import { Failure, failureOf } from "../../api/failure";
import { useWords } from "../../language/language";
import { useToasts, useUndoable } from "../../ui/toasts";
import { WORDS } from "../words";
import { atOnce } from "./atOnce";
import type { StoredDocument } from "./pages";
import { useLibrary } from "./useLibrary";

const AT_ONCE = 3;

export interface Actions {
  parseAgain: (documents: readonly StoredDocument[]) => Promise<void>;
  download: (document: StoredDocument) => Promise<void>;
  /** At once to the eye, in some seconds in truth. */
  remove: (documents: readonly StoredDocument[]) => void;
}

/** None of them throws: what fails is said. */
export function useActions(): Actions {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const undoable = useUndoable();
  const library = useLibrary();
  return useMemo<Actions>(
    () => ({
      parseAgain: async (documents) => {
        const failed = await atOnce(documents, AT_ONCE, async ({ id }) =>
          library.change(await parsedAgain(id)),
        );
        if (failed[0]) say(failed[0].error.message);
      },
      download: async (document) => {
        await download(document.id).catch((error: Error) => say(error.message));
      },
      remove: (documents) => {
        let left = documents;
        undoable({
          text:
            documents.length === 1
              ? words.deletedOne(documents[0]?.title ?? "")
              : words.deleted(documents.length),
          hide: () => library.exclude(documents.map(({ id }) => id)),
          show: () => library.include(left),
          act: async () => {
            const failed = await atOnce(documents, AT_ONCE, ({ id }) => removed(id));
            left = failed.map(({ item }) => item);
            library.exclude(documents.map(({ id }) => id)); // a list that was loaded meanwhile still had them
            if (failed[0]) throw failed[0].error;
          },
        });
      },
    }),
    [words, say, undoable, library],
  );
}

function parsedAgain(id: string): Promise<StoredDocument> {
  const params = { path: { document_id: id } };
  return answered(api.POST("/api/v1/documents/{document_id}/parse", { params }));
}

/** `keepalive`: it has to get through while the page is being left, too. */
async function removed(id: string): Promise<void> {
  const params = { path: { document_id: id } };
  try {
    await answered(api.DELETE("/api/v1/documents/{document_id}", { params, keepalive: true }));
  } catch (error) {
    if (!(error instanceof Failure && error.status === 404)) throw error;
  }
}

/**
 * The API redirects to a short-lived address. The browser follows the redirect without the caller's key, and so
 * tells the address; from there the download is the browser's own, of any size.
 */
async function download(id: string): Promise<void> {
  const response = await fetched(`api/v1/documents/${encodeURIComponent(id)}/file`);
  if (!response.ok) throw await failureOf(response);
  await response.body?.cancel();
  const link = document.createElement("a");
  link.href = response.url;
  link.click();
}
