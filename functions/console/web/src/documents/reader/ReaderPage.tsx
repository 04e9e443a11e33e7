// One document: what it is, its summary, its text as it was indexed.
import { useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, FileText } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { Failure } from "../../api/failure";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading, Note } from "../../ui/feedback";
import type { StoredDocument } from "../library/pages";
import { chunksKey, useDocument } from "../library/useDocuments";
import { useFollowing } from "../library/useFollowing";
import { spanIn } from "../spans";
import { WORDS } from "../words";
import { ChunkList } from "./ChunkList";
import { PassageNote } from "./PassageNote";
import { ReaderHead } from "./ReaderHead";
import { Summary } from "./Summary";
import { useChunks } from "./useChunks";
import { usePassage } from "./usePassage";

/** In the address. `span` is `<start>-<end>` in code points of the chunk's text. */
export type Place = {
  id: string;
  chunkId?: string;
  span?: string;
};

export function ReaderPage(place: Place) {
  const words = useWords(WORDS);
  const { data, error, refetch } = useDocument(place.id);
  return (
    <div className="part documents-reader">
      <Link className="documents-back small" href="/documents">
        <ArrowLeft aria-hidden /> {words.back}
      </Link>
      {!data && !error && <Loading />}
      {error && isMissing(error) && <Note tone="warn">{words.notFound}</Note>}
      {error && !isMissing(error) && <ErrorNote error={error} onRetry={refetch} />}
      {data && !error && <Reader document={data} place={place} />}
    </div>
  );
}

function isMissing(error: Error): boolean {
  return error instanceof Failure && error.status === 404;
}

function Reader({ document, place }: { document: StoredDocument; place: Place }) {
  const client = useQueryClient();
  useFollowing([document], ({ id }) => client.resetQueries({ queryKey: chunksKey(id) }));
  return (
    <>
      <ReaderHead document={document} />
      {document.chunks > 0 && <Summary document={document} />}
      <Text document={document} place={place} />
    </>
  );
}

function Text({ document, place }: { document: StoredDocument; place: Place }) {
  const words = useWords(WORDS);
  const loaded = useChunks(document.id);
  const passage = usePassage(loaded, place.chunkId);
  const [jump, setJump] = useState(0);
  const { chunks, isPending, isFetchingNextPage, hasNextPage, error } = loaded;
  return (
    <section className="stack">
      <h2>{words.text}</h2>
      {document.status === "parsing" && chunks.length > 0 && <Note>{words.stillOld}</Note>}
      <PassageNote passage={passage} count={chunks.length} onJump={() => setJump(jump + 1)} />
      {isPending && !error && <Loading />}
      {!isPending && chunks.length === 0 && <NoText status={document.status} />}
      <ChunkList
        loaded={loaded}
        target={passage.is === "found" ? passage.index : -1}
        span={spanIn(place.span)}
        jump={jump}
      />
      {isFetchingNextPage && <Loading />}
      {error && (
        <ErrorNote
          error={error}
          onRetry={() => (chunks.length ? loaded.fetchNextPage() : loaded.refetch())}
        />
      )}
      {chunks.length > 0 && !hasNextPage && <p className="soft small">{words.end}</p>}
    </section>
  );
}

function NoText({ status }: Pick<StoredDocument, "status">) {
  const words = useWords(WORDS);
  return (
    <Empty icon={FileText} title={status === "ready" || status === "failed" ? words.noText : words.noChunks}>
      {(status === "uploading" || status === "parsing") && <p>{words.noChunksHint}</p>}
    </Empty>
  );
}
