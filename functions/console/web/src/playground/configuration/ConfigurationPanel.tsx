// Models, tools and secrets in a drawer; which of them is in the address.
import { useLocation } from "wouter";
import { useWords } from "../../language/language";
import { Dialog } from "../../ui/Dialog";
import { Tabs } from "../../ui/Tabs";
import { ModelsPanel } from "./ModelsPanel";
import { SecretsPanel } from "./SecretsPanel";
import { ToolsPanel } from "./ToolsPanel";
import { WORDS } from "./words";

export const PANELS = ["models", "tools", "secrets"] as const;
export type PanelName = (typeof PANELS)[number];

const SHOWN = { models: ModelsPanel, tools: ToolsPanel, secrets: SecretsPanel };

export function ConfigurationPanel({ panel, onClose }: { panel: PanelName; onClose: () => void }) {
  const words = useWords(WORDS);
  const [, go] = useLocation();
  const Panel = SHOWN[panel];
  return (
    <Dialog drawer title={words.title} onClose={onClose}>
      <Tabs
        label={words.title}
        tabs={PANELS.map((name) => ({ name, title: words[name] }))}
        chosen={panel}
        onChoose={(name) => go(`/playground/${name}`, { replace: true })}
      >
        <Panel key={panel} />
      </Tabs>
    </Dialog>
  );
}
