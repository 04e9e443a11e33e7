// What a chat is asked with besides its prompt and its model, as the page edits it.
import { EMPTY_PARAMS, type ParamsDraft } from "./params";

export interface Settings {
  systemPrompt: string;
  params: ParamsDraft;
  toolIds: number[];
  stream: boolean;
  /** Whether what is asked is kept as a conversation. */
  keep: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  systemPrompt: "",
  params: EMPTY_PARAMS,
  toolIds: [],
  stream: true,
  keep: true,
};
