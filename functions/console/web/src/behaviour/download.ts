// A file of the API on the reader's disk: it needs the caller's header, by which a plain link won't do.
import { fetched } from "../api/client";
import { failureOf } from "../api/failure";

const KEPT_MS = 60_000; // browsers begin to read a Blob's address only after the click

/** Throws Failure. */
export async function download(path: string, name: string): Promise<void> {
  const response = await fetched(path);
  if (!response.ok) throw await failureOf(response);
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = nameIn(response.headers.get("Content-Disposition")) ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/** RFC 6266: `filename*` is the one that can hold every character. */
export function nameIn(disposition: string | null): string | null {
  const encoded = /filename\*=(?:UTF-8'')?([^;]+)/i.exec(disposition ?? "")?.[1];
  if (encoded) return decodeURIComponent(encoded);
  return /filename="?([^";]+)/i.exec(disposition ?? "")?.[1] ?? null;
}
