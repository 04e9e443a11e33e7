// The tools that models can be given.
import { Plus } from "lucide-react";
import { useState } from "react";
import { useWords } from "../../language/language";
import { Badge, ErrorNote, Loading } from "../../ui/feedback";
import { useRemoval } from "../removal";
import { EntryRow } from "./EntryRow";
import { removedTool, TOOLS, type Tool, useTools } from "./queries";
import { ToolForm } from "./ToolForm";
import { WORDS } from "./words";

export function ToolsPanel() {
  const words = useWords(WORDS);
  const tools = useTools();
  const { isHidden, remove } = useRemoval(TOOLS);
  const [edited, setEdited] = useState<Tool | "new" | null>(null);
  if (edited) return <ToolForm tool={edited === "new" ? null : edited} onDone={() => setEdited(null)} />;
  return (
    <div className="stack">
      <div className="row spread">
        <p className="soft small grow">{words.httpTool}</p>
        <button type="button" className="primary" onClick={() => setEdited("new")}>
          <Plus aria-hidden />
          {words.addTool}
        </button>
      </div>
      {tools.isPending && <Loading />}
      {tools.error && <ErrorNote error={tools.error} onRetry={() => void tools.refetch()} />}
      <ul className="playground-entries">
        {tools.data
          ?.filter((tool) => !isHidden(tool.id))
          .map((tool) => (
            <ToolRow
              key={tool.id}
              tool={tool}
              onEdit={() => setEdited(tool)}
              onRemove={() =>
                remove({ id: tool.id, text: words.removed(tool.name), act: () => removedTool(tool.id) })
              }
            />
          ))}
      </ul>
    </div>
  );
}

function ToolRow({ tool, onEdit, onRemove }: { tool: Tool; onEdit: () => void; onRemove: () => void }) {
  const words = useWords(WORDS);
  const { http } = tool;
  const about = (
    <>
      <p className="playground-entry-name">{tool.description}</p>
      {http ? (
        <code className="playground-entry-name">
          {http.method} {http.url}
        </code>
      ) : (
        <Badge>{words.builtIn}</Badge>
      )}
    </>
  );
  return (
    <EntryRow
      name={tool.name}
      about={about}
      onEdit={http ? onEdit : undefined}
      onRemove={http ? onRemove : undefined}
    />
  );
}
