// Who comes in when the page is opened, and who is let in.
// The API decides: what this tab has kept is tried, then a request without a header.
import { API } from "../api/base";
import { asFailure, failureOf } from "../api/failure";
import { setAuthorization } from "./authorization";
import type { SignIn } from "./oidc";

/** `local`: the caller `dev`, who needs no key. */
export type Caller = { kind: "local" } | { kind: "key"; key: string } | { kind: "person"; name: string };

/** `lost`: there was a session, and the API does not take it any more. */
export type State =
  | { is: "checking" }
  | { is: "failed"; error: Error }
  | { is: "signed-out"; lost: boolean; error?: Error }
  | { is: "in"; caller: Caller; lost: boolean };

const KEPT_KEY = "freshet.key"; // in this tab only

/** Throws Failure if the API can't be asked. */
export async function entered(signIn: SignIn | null): Promise<State> {
  const key = sessionStorage.getItem(KEPT_KEY);
  if (key && (await isLetIn(`Bearer ${key}`))) return enteredBy(key);
  forgetKey();
  let person = "";
  try {
    person = (await signIn?.returned()) ?? "";
  } catch (error) {
    return { is: "signed-out", lost: false, error: asFailure(error) };
  }
  if (signIn && person) return enteredAs(person, signIn);
  return (await isLetIn()) ? comeIn({ kind: "local" }) : { is: "signed-out", lost: Boolean(key) };
}

/** The key is kept until the tab is closed. */
export function enteredBy(key: string): State {
  sessionStorage.setItem(KEPT_KEY, key);
  setAuthorization(async () => `Bearer ${key}`);
  return comeIn({ kind: "key", key });
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEPT_KEY);
}

/** Whether the API takes this header. Throws Failure if it says neither yes nor no. */
export async function isLetIn(bearer?: string): Promise<boolean> {
  const headers: HeadersInit = bearer ? { Authorization: bearer } : {};
  const response = await fetch(new URL("api/v1/keys", API), { headers }).catch((error: unknown) => {
    throw asFailure(error);
  });
  if (response.status === 401 || response.status === 403) return false;
  if (!response.ok) throw await failureOf(response);
  return true;
}

function enteredAs(name: string, signIn: SignIn): State {
  setAuthorization(() => signIn.bearer());
  return comeIn({ kind: "person", name });
}

function comeIn(caller: Caller): State {
  return { is: "in", caller, lost: false };
}
