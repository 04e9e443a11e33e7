// Files that the browser is to keep.
import { fetched } from "../../api/client";
import { failureOf } from "../../api/failure";
import { nameIn } from "./filename";

const KEPT_MS = 10_000; // until the browser has read it

export function save(content: Blob, filename: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

/** What the API has at this path, under the name that it gives it. Throws Failure. */
export async function saveFrom(path: string, otherwise: string): Promise<void> {
  const response = await fetched(path);
  if (!response.ok) throw await failureOf(response);
  const name = nameIn(response.headers.get("Content-Disposition") ?? "");
  save(await response.blob(), name ?? otherwise);
}
