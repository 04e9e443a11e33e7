// An HTTP tool: what a model is told of it, and the request that is made.
import { useState } from "react";
import { useWords } from "../../language/language";
import { CodeEntry, Entry, TextEntry } from "../settings/Entry";
import { faultOf } from "./faults";
import { savedTool, TOOLS, type Tool } from "./queries";
import { SavedForm, useSaving } from "./SavedForm";
import { METHODS, NEW_TOOL, type ToolDraft, toolDraftOf, toolOf } from "./toolDraft";
import { WORDS } from "./words";

/** Without a tool, a new one. */
export function ToolForm({ tool, onDone }: { tool: Tool | null; onDone: () => void }) {
  const words = useWords(WORDS);
  const [draft, setDraft] = useState<ToolDraft>(() => (tool ? toolDraftOf(tool) : NEW_TOOL));
  const { tool: body, faults } = toolOf(draft);
  const saving = useSaving(TOOLS, () => savedTool(tool?.id ?? null, body), onDone);
  const change = (members: Partial<ToolDraft>) => setDraft({ ...draft, ...members });
  const told = (field: string) => faultOf(saving.error, field);
  const line = (at: number | undefined) => (at === undefined ? undefined : words.noColon(at));
  const inJson = { json: words.notJson, object: words.notObject };
  return (
    <SavedForm
      title={tool?.name ?? words.newTool}
      onSave={() => saving.mutate()}
      onCancel={onDone}
      saving={saving}
      isFaulty={Object.keys(faults).length > 0}
    >
      <TextEntry
        required
        label={words.toolName}
        hint={words.toolNameHint}
        fault={told("name")}
        value={draft.name}
        onChange={(name) => change({ name })}
      />
      <Entry label={words.description} hint={words.descriptionHint} fault={told("description")}>
        {(tied) => (
          <textarea
            {...tied}
            required
            rows={2}
            value={draft.description}
            onChange={(event) => change({ description: event.target.value })}
          />
        )}
      </Entry>
      <CodeEntry
        label={words.parameters}
        hint={words.parametersHint}
        fault={faults.parameters ? inJson[faults.parameters] : told("parameters")}
        rows={8}
        value={draft.parameters}
        onChange={(parameters) => change({ parameters })}
      />
      <div className="playground-request">
        <Entry label={words.method} fault={told("http.method")}>
          {(tied) => (
            <select
              {...tied}
              value={draft.method}
              onChange={(event) => change({ method: event.target.value as ToolDraft["method"] })}
            >
              {METHODS.map((method) => (
                <option key={method}>{method}</option>
              ))}
            </select>
          )}
        </Entry>
        <TextEntry
          required
          label={words.url}
          hint={words.urlHint}
          fault={told("http.url") ?? told("http")}
          placeholder="https://api.example.com/{city}"
          value={draft.url}
          onChange={(url) => change({ url })}
        />
      </div>
      <div className="playground-grid wide">
        <CodeEntry
          label={words.headers}
          hint={words.headersHint}
          fault={line(faults.headers) ?? told("http.headers")}
          value={draft.headers}
          onChange={(headers) => change({ headers })}
        />
        <CodeEntry
          label={words.secretHeaders}
          hint={words.secretHeadersHint}
          fault={line(faults.secret_headers) ?? told("http.secret_headers")}
          placeholder="Authorization: weather-token"
          value={draft.secret_headers}
          onChange={(secret_headers) => change({ secret_headers })}
        />
      </div>
      <div className="playground-grid wide">
        <TextEntry
          label={words.timeout}
          fault={told("http.timeout_s")}
          value={draft.timeout_s}
          onChange={(timeout_s) => change({ timeout_s })}
        />
        <Entry label={words.consequential} hint={words.consequentialHint} fault={told("http.consequential")}>
          {(tied) => (
            <select
              {...tied}
              value={String(draft.consequential)}
              onChange={(event) => change({ consequential: JSON.parse(event.target.value) })}
            >
              <option value="null">{words.byMethod}</option>
              <option value="true">{words.yes}</option>
              <option value="false">{words.no}</option>
            </select>
          )}
        </Entry>
      </div>
    </SavedForm>
  );
}
