// The list of documents as pages that were loaded, and what changes in it. Newest first: ids are ULIDs, so the
// order is that of the ids, descending.
import type { InfiniteData } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";

export type StoredDocument = Schemas["Document"];
export type Status = StoredDocument["status"];
export type Kind = StoredDocument["kind"];
export type Page = Schemas["Documents"];
export type Pages = InfiniteData<Page, string | null>;

export interface Filter {
  status?: Status;
  kind?: Kind;
}

export function matches(document: StoredDocument, { status, kind }: Filter): boolean {
  return (!status || document.status === status) && (!kind || document.kind === kind);
}

/** The pages with a newer first page: what is on it replaces all that is as new; older documents stay. */
export function headed(pages: Pages, head: Page): Pages {
  if (head.next_cursor === null) return { pages: [head], pageParams: [null] };
  const last = head.items.at(-1)?.id;
  if (last === undefined) return pages;
  const older = eachPage(pages, (items) => items.filter(({ id }) => id < last));
  const [first, ...rest] = older.pages;
  if (!first) return { pages: [head], pageParams: [null] };
  return { ...older, pages: [{ ...first, items: [...head.items, ...first.items] }, ...rest] };
}

/** The pages with these documents where they belong. What belongs behind the last page is left out. */
export function including(pages: Pages, documents: readonly StoredDocument[]): Pages {
  const next = excluding(pages, new Set(documents.map(({ id }) => id)));
  for (const document of documents) {
    const page = next.pages.find(
      (one) => one.next_cursor === null || (one.items.at(-1)?.id ?? "") < document.id,
    );
    page?.items.push(document);
    page?.items.sort((one, other) => (one.id < other.id ? 1 : -1));
  }
  return next;
}

export function excluding(pages: Pages, ids: ReadonlySet<string>): Pages {
  return eachPage(pages, (items) => items.filter(({ id }) => !ids.has(id)));
}

/** The pages with the newer state of a document that is on them. */
export function updated(pages: Pages, document: StoredDocument): Pages {
  return eachPage(pages, (items) => {
    const at = items.findIndex(({ id }) => id === document.id);
    return at === -1 ? items : items.with(at, document);
  });
}

function eachPage(pages: Pages, change: (items: StoredDocument[]) => StoredDocument[]): Pages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: change(page.items) })) };
}
