// Changes of what is loaded of the caller's documents: wherever one is shown, it is shown as it is now.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  excluding,
  type Filter,
  headed,
  including,
  matches,
  type Pages,
  type StoredDocument,
  updated,
} from "./pages";
import { LISTS, oneKey, pageOf } from "./useDocuments";

export interface Library {
  /** A document's newer state. */
  change: (document: StoredDocument) => void;
  /** Documents that are new, or back. */
  include: (documents: readonly StoredDocument[]) => void;
  exclude: (ids: readonly string[]) => void;
  /** Asks for the newest documents of a list; the rest stays as it was loaded. */
  refresh: (filter: Filter) => Promise<void>;
}

export function useLibrary(): Library {
  const client = useQueryClient();
  return useMemo(() => library(client), [client]);
}

function library(client: QueryClient): Library {
  const lists = (change: (pages: Pages, filter: Filter) => Pages) => {
    for (const { queryKey } of client.getQueryCache().findAll({ queryKey: LISTS })) {
      const filter = queryKey[LISTS.length] as Filter;
      client.setQueryData<Pages>(queryKey, (pages) => pages && change(pages, filter));
    }
  };
  return {
    change: (document) => {
      client.setQueryData(oneKey(document.id), document);
      // A list that it has left still shows it, as it is now: nothing vanishes while one looks at it.
      lists((pages, filter) =>
        matches(document, filter) ? including(pages, [document]) : updated(pages, document),
      );
    },
    include: (documents) =>
      lists((pages, filter) =>
        including(
          pages,
          documents.filter((one) => matches(one, filter)),
        ),
      ),
    exclude: (ids) => {
      const gone = new Set(ids);
      for (const id of ids) client.removeQueries({ queryKey: oneKey(id) });
      lists((pages) => excluding(pages, gone));
    },
    refresh: async (filter) => {
      const head = await pageOf(filter, null);
      client.setQueryData<Pages>([...LISTS, filter], (pages) => pages && headed(pages, head));
    },
  };
}
