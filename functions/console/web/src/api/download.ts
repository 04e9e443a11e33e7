// Files on the reader's disk. Those of the API need the caller's header, by which a plain link won't do.
import { fetched } from "./client";
import { failureOf } from "./failure";
import { fileName } from "./fileName";

const KEPT_MS = 60_000; // browsers begin to read a Blob's address only after the click

export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** Saves what the API has at this path, under the name that it gives it. Throws Failure. */
export async function download(path: string, otherwise: string): Promise<void> {
  const response = await fetched(path);
  if (!response.ok) throw await failureOf(response);
  const name = fileName(response.headers.get("Content-Disposition"));
  save(await response.blob(), name || otherwise);
}
