// The columns on screen, to take away.
import { Download } from "lucide-react";
import { save } from "../../api/download";
import { useWords } from "../../language/language";
import type { Columns } from "../chat/useColumns";
import type { Setup } from "../settings/setup";
import { WORDS } from "../words";
import { asJson, asMarkdown, type ExportedColumn } from "./exports";

export function ExportButtons({ setup, columns }: { setup: Setup; columns: Columns }) {
  const words = useWords(WORDS);
  const all = (): ExportedColumn[] =>
    setup.columns.flatMap(({ name, conversationId }) => {
      const column = columns.of(name);
      const model = columns.states[name]?.model ?? "";
      if (!column) return [];
      return [{ name, model, conversationId, play: column.playFor(""), exchanges: column.exchanges }];
    });
  const saveJson = () =>
    save(new Blob([asJson(all(), new Date())], { type: "application/json" }), "playground.json");
  const saveMarkdown = () =>
    save(new Blob([asMarkdown(all(), new Date())], { type: "text/markdown" }), "playground.md");
  return (
    <div className="row">
      <span className="small soft">{words.exportAs}</span>
      <button type="button" className="small" aria-label={words.exportJson} onClick={saveJson}>
        <Download aria-hidden />
        {words.json}
      </button>
      <button type="button" className="small" aria-label={words.exportMarkdown} onClick={saveMarkdown}>
        <Download aria-hidden />
        {words.markdown}
      </button>
    </div>
  );
}
