// A file's way into the library: a document in state `uploading` with a form, then the file by that form.
import { answered, api } from "../../api/client";
import { Failure } from "../../api/failure";
import type { Kind, StoredDocument } from "../library/pages";
import { send } from "./send";

export async function upload(
  file: File,
  kind: Kind,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<StoredDocument> {
  if (file.size === 0) throw new Failure({ code: "EntityTooSmall" }, 400);
  const body = { filename: file.name, size: file.size, kind, tags: [], content_type: file.type || null };
  const started = await answered(api.POST("/api/v1/documents", { body, signal }));
  try {
    await send(started.upload, file, onProgress, signal);
  } catch (error) {
    forget(started.document.id);
    throw error;
  }
  return { ...started.document, status: "parsing" };
}

/** A document that never gets its file. If this fails, the API forgets it within a day. */
function forget(id: string): void {
  const params = { path: { document_id: id } };
  answered(api.DELETE("/api/v1/documents/{document_id}", { params })).catch(() => undefined);
}
