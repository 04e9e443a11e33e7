import { FileText, SearchX } from "lucide-react";
import { useWords } from "../../language/language";
import { Empty } from "../../ui/feedback";
import { WORDS } from "../words";

export function NoDocuments({ isFiltered, onReset }: { isFiltered: boolean; onReset: () => void }) {
  const words = useWords(WORDS);
  if (!isFiltered)
    return (
      <Empty icon={FileText} title={words.none}>
        <p>{words.noneHint}</p>
      </Empty>
    );
  return (
    <Empty icon={SearchX} title={words.noMatch}>
      <p>{words.noMatchHint}</p>
      <button type="button" className="small" onClick={onReset}>
        {words.resetFilter}
      </button>
    </Empty>
  );
}
