// What the stack says of itself (`GET /config.json`).
import { API } from "../api/base";
import { asFailure, failureOf } from "../api/failure";

export interface Configuration {
  version: string;
  /** The stack's own model. */
  model: string;
  /** Cognito's hosted pages; null where only keys (or nothing) are asked for. */
  sign_in: { url: string; client_id: string } | null;
  upload_origin: string;
}

/** The name of the model that a laptop's Freshet stands in with: it is no LLM. */
export const STAND_IN = "freshet-stand-in";

export async function readConfiguration(): Promise<Configuration> {
  const response = await fetch(new URL("config.json", API)).catch((error: unknown) => {
    throw asFailure(error);
  });
  if (!response.ok) throw await failureOf(response);
  return (await response.json()) as Configuration;
}
