// A column's head: which model, how it stands, and what can be done.
import { Eraser, SlidersHorizontal, Square, X } from "lucide-react";
import { useState } from "react";
import { API } from "../../api/base";
import type { Phase } from "../../api/run";
import { useWords } from "../../language/language";
import { useSession } from "../../session/session";
import { Copy } from "../../ui/Copy";
import { Badge, type Tone } from "../../ui/feedback";
import type { Model } from "../configuration/queries";
import type { ColumnSetup } from "../settings/setup";
import { curl } from "../taking/curl";
import { WORDS } from "../words";
import type { Play } from "./request";

interface Props {
  setup: ColumnSetup;
  models: readonly Model[];
  phase: Phase;
  playFor: () => Play;
  onModel: (id: number) => void;
  onSettings: () => void;
  onStop?: () => Promise<void>;
  onClear?: () => void;
  onRemove?: () => void;
}

const TONES: Record<Phase, Tone> = {
  idle: "",
  asking: "accent",
  streaming: "accent",
  broken: "warn",
  done: "good",
  failed: "bad",
  stopped: "warn",
};

export function ColumnHead({ setup, models, phase, playFor, onModel, onSettings, ...can }: Props) {
  const words = useWords(WORDS);
  const { state } = useSession();
  const hasKey = state.is !== "in" || state.caller.kind !== "local";
  const { name } = setup;
  return (
    <header className="playground-head">
      <div className="row">
        <strong className="playground-name" aria-hidden>
          {name}
        </strong>
        <ModelChoice setup={setup} models={models} onModel={onModel} />
        {can.onRemove && (
          <button
            type="button"
            className="plain small"
            aria-label={words.remove(name)}
            onClick={can.onRemove}
          >
            <X aria-hidden />
          </button>
        )}
      </div>
      <div className="row spread">
        <span className="row" role="status">
          <Badge tone={TONES[phase]}>
            {["asking", "streaming", "broken"].includes(phase) && <span className="spinner" aria-hidden />}
            {words.phase[phase]}
          </Badge>
        </span>
        <span className="row playground-tools">
          {can.onStop && <StopButton label={words.stopColumn(name)} onStop={can.onStop} />}
          <button
            type="button"
            className="plain small"
            aria-label={words.settingsOf(name)}
            title={words.settingsOf(name)}
            onClick={onSettings}
          >
            <SlidersHorizontal aria-hidden />
            {setup.own && <Badge tone="accent">{words.own}</Badge>}
          </button>
          <span title={words.curlOf(name)}>
            <Copy label={words.curl} text={() => curl(playFor(), API, hasKey)} />
          </span>
          {can.onClear && (
            <button
              type="button"
              className="plain small"
              aria-label={words.clearColumn(name)}
              title={words.clearColumn(name)}
              onClick={can.onClear}
            >
              <Eraser aria-hidden />
            </button>
          )}
        </span>
      </div>
    </header>
  );
}

function ModelChoice({ setup, models, onModel }: Pick<Props, "setup" | "models" | "onModel">) {
  const words = useWords(WORDS);
  const isKnown = models.some((model) => model.id === setup.modelId);
  return (
    <select
      className="grow"
      aria-label={words.model(setup.name)}
      value={setup.modelId}
      onChange={(event) => onModel(Number(event.target.value))}
    >
      {!isKnown && <option value={setup.modelId}>{words.missing(setup.modelId)}</option>}
      {models.map((model) => (
        <option key={model.id} value={model.id}>
          {model.name}
        </option>
      ))}
    </select>
  );
}

function StopButton({ label, onStop }: { label: string; onStop: () => Promise<void> }) {
  const words = useWords(WORDS);
  const [isAsked, setIsAsked] = useState(false);
  const stop = () => {
    setIsAsked(true);
    void onStop().finally(() => setIsAsked(false));
  };
  return (
    <button type="button" className="small" aria-label={label} disabled={isAsked} onClick={stop}>
      <Square aria-hidden />
      {words.stop}
    </button>
  );
}
