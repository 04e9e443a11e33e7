// Where a quote stands in the document as it was indexed: the chunk, and the place in it.
import { answered, api } from "../../api/client";
import { type ChunkAt, chunkWith, type Place, within } from "./chunks";

/** The reader's path; without a chunk, where the document was parsed anew, the document's beginning. */
export async function pathOf(place: Place): Promise<string> {
  const id = place.document_id ?? "";
  const params = { path: { document_id: id } };
  const document = await answered(api.GET("/api/v1/documents/{document_id}", { params }));
  const chunkAt: ChunkAt = async (position) => {
    const query = { limit: 1, cursor: position };
    const page = await answered(
      api.GET("/api/v1/documents/{document_id}/chunks", { params: { ...params, query } }),
    );
    return page.items[0];
  };
  const chunk = await chunkWith(place.start, document.chunks, chunkAt);
  if (!chunk) return `/documents/${id}`;
  const span = within(chunk, place);
  return `/documents/${id}/${chunk.chunk_id}${span ? `/${span[0]}-${span[1]}` : ""}`;
}
