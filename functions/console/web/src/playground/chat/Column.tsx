// One model's column: its conversation, and what can be done with it.
import { MessageSquareDashed } from "lucide-react";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { IDLE, isUnderWay, type Run } from "../../api/run";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import type { Model } from "../configuration/queries";
import type { Settings } from "../settings/settings";
import type { ColumnSetup } from "../settings/setup";
import { WORDS } from "../words";
import { ColumnHead } from "./ColumnHead";
import { ExchangeView } from "./ExchangeView";
import type { Exchange } from "./exchange";
import type { Play } from "./request";
import { useChat } from "./useChat";
import { useFollowedEnd } from "./useFollowedEnd";

/** What the page asks of a column. */
export interface ColumnHandle {
  send: (prompt: string) => void;
  again: (prompt: string) => void;
  stop: () => void;
  open: (conversationId: string) => void;
  exchanges: readonly Exchange[];
  playFor: (prompt: string) => Play;
}

/** What the page shows of all columns together; told when it changes, not at every token. */
export interface ColumnState {
  model: string;
  phase: Run["phase"];
  metrics: Run["metrics"];
  lastPrompt: string;
}

interface Props {
  ref: Ref<ColumnHandle>;
  setup: ColumnSetup;
  settings: Settings;
  models: readonly Model[];
  /** The prompt that is being written, for a request that is to be copied. */
  prompt: string;
  onChange: (change: Partial<ColumnSetup>) => void;
  onState: (state: ColumnState) => void;
  onRemove?: () => void;
  onSettings: () => void;
}

const SHOWN = 20; // exchanges at first

export function Column({
  ref,
  setup,
  settings,
  models,
  prompt,
  onChange,
  onState,
  onRemove,
  onSettings,
}: Props) {
  const words = useWords(WORDS);
  const model = models.find((one) => one.id === setup.modelId)?.name ?? words.missing(setup.modelId);
  const asking = { modelId: setup.modelId, model, settings, conversationId: setup.conversationId };
  const chat = useChat(asking, (conversationId) => onChange({ conversationId }));
  const [isAll, setIsAll] = useState(false);
  const { exchanges } = chat;
  const last = exchanges.at(-1);
  const run = last?.run ?? IDLE;
  const end = useFollowedEnd(run);

  const { say } = useToasts();
  const stop = () => chat.stop().catch((error: Error) => void say(error.message));

  useImperativeHandle(ref, () => ({
    ...chat,
    stop: () => void stop(),
    open: (id) => void chat.open(id),
  }));
  useTold({ model, phase: run.phase, metrics: run.metrics, lastPrompt: last?.prompt ?? "" }, onState);
  useOpenedAtFirst(setup.conversationId, chat.open);

  const hiddenCount = isAll ? 0 : Math.max(0, exchanges.length - SHOWN);
  const playFor = (): Play => chat.playFor(prompt.trim() || (last?.prompt ?? ""));
  return (
    <section className="card playground-column" aria-label={words.column(setup.name)}>
      <ColumnHead
        setup={setup}
        models={models}
        phase={run.phase}
        playFor={playFor}
        onModel={(modelId) => onChange({ modelId })}
        onSettings={onSettings}
        onStop={isUnderWay(run) ? stop : undefined}
        onClear={last ? chat.clear : undefined}
        onRemove={onRemove}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys */}
      <section className="playground-turns" ref={end} tabIndex={0} aria-label={words.talk(setup.name)}>
        {chat.isOpening && <Loading what={words.opening} />}
        {chat.failure && <ErrorNote error={chat.failure} />}
        {!last && !chat.isOpening && !chat.failure && (
          <Empty icon={MessageSquareDashed} title={words.nothing} />
        )}
        {hiddenCount > 0 && (
          <button type="button" className="small plain" onClick={() => setIsAll(true)}>
            {words.earlier(hiddenCount)}
          </button>
        )}
        <ol className="playground-exchanges">
          {exchanges.slice(hiddenCount).map((one) => (
            <ExchangeView
              key={one.key}
              exchange={one}
              onAgain={one === last && !isUnderWay(run) ? () => chat.again() : undefined}
            />
          ))}
        </ol>
      </section>
    </section>
  );
}

function useTold(state: ColumnState, onState: (state: ColumnState) => void): void {
  const tell = useRef(onState);
  tell.current = onState;
  const { model, phase, metrics, lastPrompt } = state;
  useEffect(() => {
    tell.current({ model, phase, metrics, lastPrompt });
  }, [model, phase, metrics, lastPrompt]);
}

/** The conversation that the column had when the page was left. */
function useOpenedAtFirst(conversationId: string | null, open: (id: string) => Promise<void>): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current && conversationId) void open(conversationId);
    isFirst.current = false;
  }, [conversationId, open]);
}
