import { Download, RotateCw, Trash2 } from "lucide-react";
import { memo, useState } from "react";
import { Link } from "wouter";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import type { StoredDocument } from "../library/pages";
import type { Actions } from "../library/useActions";
import { ParseProgress, StateBadge, WhyFailed } from "../StateBadge";
import { WORDS } from "../words";

interface Props {
  document: StoredDocument;
  actions: Actions;
  isSelected: boolean;
  onSelect: (id: string) => void;
}

export const DocumentRow = memo(({ document, actions, isSelected, onSelect }: Props) => {
  const words = useWords(WORDS);
  const { id, title, summary, tags } = document;
  return (
    <div className="documents-row" data-selected={isSelected || undefined}>
      <label className="documents-box">
        <input
          type="checkbox"
          aria-label={words.select(title)}
          checked={isSelected}
          onChange={() => onSelect(id)}
        />
      </label>
      <div className="documents-what">
        <div className="documents-title">
          <Link href={`/documents/${id}`} title={title}>
            {title}
          </Link>
          <StateBadge document={document} />
        </div>
        <Facts document={document} />
        {tags.length > 0 && <Tags tags={tags} />}
        <ParseProgress document={document} />
        <WhyFailed document={document} />
        {summary && <p className="documents-summary small">{summary}</p>}
      </div>
      <RowActions document={document} actions={actions} />
    </div>
  );
});

function Facts({ document }: { document: StoredDocument }) {
  const words = useWords(WORDS);
  const { bytes, number, time } = useFormats();
  const { title, filename, size, pages_total, chunks, created_at, kind } = document;
  const facts = [
    filename !== title && filename,
    words.kinds[kind],
    size != null && bytes(size),
    pages_total != null && words.pages(number(pages_total), pages_total === 1),
    chunks > 0 && words.chunks(number(chunks), chunks === 1),
    time(created_at),
  ];
  return <p className="documents-facts small soft">{facts.filter(Boolean).join(" · ")}</p>;
}

function Tags({ tags }: { tags: readonly string[] }) {
  const words = useWords(WORDS);
  return (
    <ul className="documents-tags" aria-label={words.tags}>
      {tags.map((tag) => (
        <li key={tag} className="badge">
          {tag}
        </li>
      ))}
    </ul>
  );
}

function RowActions({ document, actions }: Pick<Props, "document" | "actions">) {
  const words = useWords(WORDS);
  const [isBusy, setIsBusy] = useState(false);
  const wait = (work: Promise<void>) => {
    setIsBusy(true);
    work.finally(() => setIsBusy(false));
  };
  const { title, status } = document;
  const hasFile = status !== "uploading";
  return (
    <div className="documents-actions">
      <button
        type="button"
        className="plain small"
        title={words.download}
        aria-label={words.downloadOf(title)}
        disabled={isBusy || !hasFile}
        onClick={() => wait(actions.download(document))}
      >
        <Download aria-hidden />
      </button>
      <button
        type="button"
        className="plain small"
        title={words.parseAgain}
        aria-label={words.parseAgainOf(title)}
        disabled={isBusy || !hasFile || status === "parsing"}
        onClick={() => wait(actions.parseAgain([document]))}
      >
        <RotateCw aria-hidden />
      </button>
      <button
        type="button"
        className="plain small"
        title={words.delete}
        aria-label={words.deleteOf(title)}
        onClick={() => actions.remove([document])}
      >
        <Trash2 aria-hidden />
      </button>
    </div>
  );
}
