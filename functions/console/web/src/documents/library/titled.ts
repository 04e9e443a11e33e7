import type { StoredDocument } from "./pages";

/** The documents whose title, file name or tags hold all the words, in any case and width. */
export function titled(documents: readonly StoredDocument[], search: string): readonly StoredDocument[] {
  const wanted = plain(search).split(/\s+/).filter(Boolean);
  if (!wanted.length) return documents;
  return documents.filter(({ title, filename, tags }) => {
    const text = plain(`${title}\n${filename}\n${tags.join("\n")}`);
    return wanted.every((word) => text.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
