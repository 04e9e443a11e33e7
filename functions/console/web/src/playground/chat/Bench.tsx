// The columns, and what is for all of them: settings, the prompt, the comparison, the export.
import { useState } from "react";
import { isUnderWay } from "../../api/run";
import type { Model, Tool } from "../configuration/queries";
import { ColumnSettings } from "../settings/ColumnSettings";
import { SharedSettings } from "../settings/SharedSettings";
import {
  type Change,
  type ColumnName,
  type Setup,
  settingsOf,
  withChange,
  withoutColumn,
} from "../settings/setup";
import { type Compared, Comparison } from "../taking/Comparison";
import { ExportButtons } from "../taking/ExportButtons";
import { Column } from "./Column";
import { PromptBox } from "./PromptBox";
import type { Columns } from "./useColumns";

interface Props {
  setup: Setup;
  change: Change;
  columns: Columns;
  models: readonly Model[];
  tools: readonly Tool[];
}

export function Bench({ setup, change, columns, models, tools }: Props) {
  const [edited, setEdited] = useState<ColumnName | null>(null);
  const askable = models.filter((model) => model.capabilities.includes("chat"));
  const compared = setup.columns.flatMap(({ name }): Compared[] => {
    const state = columns.states[name];
    return state ? [{ name, ...state }] : [];
  });
  const editedColumn = setup.columns.find((column) => column.name === edited);
  return (
    <>
      <SharedSettings
        settings={setup.shared}
        tools={tools}
        onChange={(shared) => change((before) => ({ ...before, shared }))}
      />
      <div className="playground-columns">
        {setup.columns.map((column) => (
          <Column
            key={column.name}
            ref={(handle) => {
              columns.register(column.name, handle);
              return () => columns.register(column.name, null);
            }}
            setup={column}
            settings={settingsOf(setup, column)}
            models={askable}
            prompt={setup.prompt}
            onChange={(members) => change((before) => withChange(before, column.name, members))}
            onState={(state) => columns.tell(column.name, state)}
            onSettings={() => setEdited(column.name)}
            onRemove={
              setup.columns.length > 1
                ? () => change((before) => withoutColumn(before, column.name))
                : undefined
            }
          />
        ))}
      </div>
      <PromptBox setup={setup} change={change} columns={columns} isBusy={compared.some(isUnderWay)} />
      <Comparison columns={compared} />
      {compared.some(({ lastPrompt }) => lastPrompt) && <ExportButtons setup={setup} columns={columns} />}
      {editedColumn && (
        <ColumnSettings
          column={editedColumn}
          shared={setup.shared}
          tools={tools}
          onChange={(own) => change((before) => withChange(before, editedColumn.name, { own }))}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}
