// A column's conversation: what was asked and answered in it, and the reply under way.
import { useCallback, useEffect, useRef, useState } from "react";
import { asFailure } from "../../api/failure";
import { isUnderWay } from "../../api/run";
import { turnsOf } from "../conversations/queries";
import type { Settings } from "../settings/settings";
import { type Exchange, exchangesOf, isAnswered } from "./exchange";
import { type Play, playOf } from "./request";
import { useReply } from "./useReply";

export interface Asking {
  modelId: number;
  model: string;
  settings: Settings;
  conversationId: string | null;
}

export interface Chat {
  exchanges: Exchange[];
  /** What would be posted for this prompt. */
  playFor: (prompt: string) => Play;
  send: (prompt: string) => void;
  /** The last prompt once more, or another in its place. */
  again: (prompt?: string) => void;
  stop: () => Promise<void>;
  open: (conversationId: string) => Promise<void>;
  clear: () => void;
  isOpening: boolean;
  failure: Error | null;
}

type Live = Omit<Exchange, "run">;

export function useChat(asking: Asking, onConversation: (id: string | null) => void): Chat {
  const reply = useReply();
  const [past, setPast] = useState<Exchange[]>([]);
  const [live, setLive] = useState<Live | null>(null);
  const [isOpening, setIsOpening] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const count = useRef(0);
  const exchanges = live ? [...past, { ...live, run: reply.run }] : past;

  const tell = useRef(onConversation);
  tell.current = onConversation;
  const keptAs = conversationIn(reply.run.started.conversation_id ?? reply.run.final.conversation_id);
  useEffect(() => {
    if (keptAs) tell.current(keptAs);
  }, [keptAs]);

  const ask = (prompt: string, before: Exchange[], conversationId: string | null) => {
    const play = playOf({ ...asking, prompt, before, conversationId });
    if (!play.conversation_id) onConversation(null);
    setFailure(null);
    setPast(before);
    setLive({ key: `asked-${++count.current}`, prompt, model: asking.model });
    void reply.send(play);
  };
  const replaced = (): { before: Exchange[]; conversationId: string | null } => {
    const last = exchanges.at(-1);
    // A turn that was answered stays in its conversation: what takes its place begins another one.
    const isKept = last !== undefined && !isAnswered(last);
    return { before: exchanges.slice(0, -1), conversationId: isKept ? asking.conversationId : null };
  };
  const open = useCallback(
    async (id: string) => {
      setIsOpening(true);
      setFailure(null);
      try {
        const found = exchangesOf(await turnsOf(id));
        const last = found.at(-1);
        reply.clear();
        const goesOn = last !== undefined && isUnderWay(last.run);
        setPast(goesOn ? found.slice(0, -1) : found);
        setLive(goesOn ? last : null);
        if (goesOn) void reply.follow(last.key);
      } catch (error) {
        setFailure(asFailure(error));
      } finally {
        setIsOpening(false);
      }
    },
    [reply.clear, reply.follow],
  );

  return {
    exchanges,
    playFor: (prompt) => playOf({ ...asking, prompt, before: exchanges }),
    send: (prompt) => ask(prompt, exchanges, asking.conversationId),
    again: (prompt) => {
      const { before, conversationId } = replaced();
      ask(prompt ?? exchanges.at(-1)?.prompt ?? "", before, conversationId);
    },
    stop: reply.stop,
    open,
    clear: () => {
      reply.clear();
      setPast([]);
      setLive(null);
      setFailure(null);
      onConversation(null);
    },
    isOpening,
    failure,
  };
}

function conversationIn(found: unknown): string | null {
  return typeof found === "string" ? found : null;
}
