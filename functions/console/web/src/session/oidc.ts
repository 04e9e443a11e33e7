// Signing in by Cognito's hosted pages: the code flow with PKCE, RFC 7636, by oidc-client-ts.
// Neither here nor in the library is a token's signature checked: the token comes from its endpoint itself, and
// the API checks each one that it is sent. What is read from it here is only shown.
// https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-userpools-server-contract-reference.html
import { ErrorResponse, ErrorTimeout, type User, UserManager, WebStorageStateStore } from "oidc-client-ts";
import { API } from "../api/base";
import { asFailure, Failure, UNREACHABLE } from "../api/failure";
import { SignInFailure } from "./failure";

export interface SignIn {
  /** Leaves this page for the sign-in page. */
  go: () => Promise<void>;
  /** Who is signed in, also right after coming back from the sign-in page; "" for nobody. Throws SignInFailure. */
  returned: () => Promise<string>;
  /** The header of a token that is good for a while; undefined if the session is over. Throws Failure. */
  bearer: () => Promise<string | undefined>;
  leave: () => Promise<void>;
}

const FRESH_S = 60; // a token that ends sooner is renewed before it is used
const REQUEST_S = 8;

export function signInAt({ url, client_id }: { url: string; client_id: string }): SignIn {
  const manager = managerOf(url, client_id);
  let renewing: Promise<User | null> | null = null;
  const current = async () => {
    const user = await manager.getUser();
    if (!user || (user.expires_in ?? 0) >= FRESH_S) return user;
    renewing ??= renewed(manager, user).finally(() => {
      renewing = null; // ten requests at once need one renewal
    });
    return renewing;
  };
  return {
    go: () =>
      manager.signinRedirect({ state: location.hash, nonce: randomWord(), extraQueryParams: language() }),
    returned: async () => nameOf(isReturn() ? await comeBack(manager) : await current()),
    bearer: async () => {
      const user = await current();
      return user?.id_token ? `Bearer ${user.id_token}` : undefined;
    },
    leave: async () => {
      await manager.revokeTokens(["refresh_token"]).catch(() => undefined); // who leaves is not kept by an error
      await manager.removeUser();
      const query = new URLSearchParams({ client_id, logout_uri: API });
      location.assign(`${url}/logout?${query}`); // Cognito's own parameters, not OpenID's
    },
  };
}

function managerOf(url: string, client_id: string): UserManager {
  const store = new WebStorageStateStore({ store: sessionStorage }); // of this tab, and over when it is closed
  return new UserManager({
    authority: url,
    client_id,
    redirect_uri: API,
    scope: "openid email profile",
    automaticSilentRenew: false, // renewed when a request needs it
    requestTimeoutInSeconds: REQUEST_S,
    userStore: store,
    stateStore: store,
    metadata: {
      issuer: url,
      authorization_endpoint: `${url}/oauth2/authorize`,
      token_endpoint: `${url}/oauth2/token`,
      revocation_endpoint: `${url}/oauth2/revoke`,
    },
  });
}

/** An error may come without a state: Cognito sends none if the request was wrong. */
function isReturn(): boolean {
  const query = new URLSearchParams(location.search);
  return query.has("error") || (query.has("state") && query.has("code"));
}

async function comeBack(manager: UserManager): Promise<User> {
  const query = new URLSearchParams(location.search);
  try {
    const user = await manager.signinRedirectCallback();
    leaveQuery(user.state);
    return user;
  } catch (error) {
    leaveQuery();
    throw signInFailure(error, query);
  }
}

/** The code is spent: out of the address bar. People come back to where they were. */
function leaveQuery(hash?: unknown): void {
  const path = typeof hash === "string" && hash.startsWith("#/") ? hash : "";
  history.replaceState(null, "", `${location.pathname}${path}`);
}

/** What somebody wrote into the address is not shown, only what was sent for a sign-in that was begun here. */
function signInFailure(error: unknown, query: URLSearchParams): Error {
  if (error instanceof ErrorResponse)
    return new SignInFailure("refused", [error.error, error.error_description].filter(Boolean).join(": "));
  if (isUnanswered(error)) return unreachable(error);
  return new SignInFailure("unknown", /^[a-z_]{1,40}$/.exec(query.get("error") ?? "")?.[0] ?? "");
}

/** The user with new tokens; null if they have to sign in again. Throws Failure. */
async function renewed(manager: UserManager, user: User): Promise<User | null> {
  try {
    if (user.refresh_token) return await manager.signinSilent();
  } catch (error) {
    if (isUnanswered(error)) throw unreachable(error);
    if (!(error instanceof ErrorResponse && error.error === "invalid_grant")) throw asFailure(error);
  }
  await manager.removeUser();
  return null;
}

function isUnanswered(error: unknown): error is Error {
  return error instanceof TypeError || error instanceof ErrorTimeout;
}

function unreachable(error: Error): Failure {
  return new Failure({ detail: error.message, code: "unreachable" }, UNREACHABLE);
}

function nameOf(user: User | null): string {
  return user?.profile.email ?? user?.profile.sub ?? "";
}

function randomWord(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}

/** Of the pages that people see: Cognito knows `en` and `zh-CN`. */
function language(): Record<string, string> {
  return { lang: document.documentElement.lang };
}
