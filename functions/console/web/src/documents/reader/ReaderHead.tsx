import { Download, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { StoredDocument } from "../library/pages";
import { useActions } from "../library/useActions";
import { ParseProgress, StateBadge, WhyFailed } from "../StateBadge";
import { WORDS } from "../words";

export function ReaderHead({ document }: { document: StoredDocument }) {
  return (
    <>
      <header>
        <div className="documents-name">
          <h1>{document.title}</h1>
          <StateBadge document={document} />
        </div>
        <HeadActions document={document} />
      </header>
      <div className="stack">
        <ParseProgress document={document} />
        <WhyFailed document={document} />
        <Facts document={document} />
      </div>
    </>
  );
}

function HeadActions({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  const actions = useActions();
  const [, go] = useLocation();
  const [busy, setBusy] = useState<"download" | "parse" | null>(null);
  const wait = async (what: "download" | "parse", work: Promise<void>) => {
    setBusy(what);
    await work;
    setBusy(null);
  };
  const hasFile = document.status !== "uploading";
  const canParse = hasFile && document.status !== "parsing";
  return (
    <div className="row">
      <button
        type="button"
        className="small"
        disabled={!hasFile || busy === "download"}
        onClick={() => wait("download", actions.download(document))}
      >
        <Download aria-hidden /> {words.download}
      </button>
      <button
        type="button"
        className="small"
        disabled={!canParse || busy === "parse"}
        onClick={() => wait("parse", actions.parseAgain([document]))}
      >
        <RotateCw aria-hidden /> {words.parseAgain}
      </button>
      <button
        type="button"
        className="small danger"
        onClick={() => {
          actions.remove([document]);
          go("/documents");
        }}
      >
        <Trash2 aria-hidden /> {words.delete}
      </button>
    </div>
  );
}

function Facts({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  const { bytes, number, time } = useFormats();
  const { title, filename, kind, content_type, size, pages_total, chunks, tags, created_at } = document;
  const facts: [string, string | false][] = [
    [words.file, filename !== title && filename],
    [words.kind, words.kinds[kind]],
    [words.type, content_type],
    [words.size, bytes(size)],
    [words.pagesLabel, pages_total != null && number(pages_total)],
    [words.chunksLabel, number(chunks)],
    [words.tags, tags.join(", ")],
    [words.uploadedAt, time(created_at)],
  ];
  return (
    <dl className="documents-facts-list small">
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
