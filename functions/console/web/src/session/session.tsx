// Who uses the console: the caller of a laptop's own Freshet, the bearer of a key, or somebody who signed in.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { asFailure } from "../api/failure";
import { onLostSession, setAuthorization, signedOut } from "./authorization";
import { type Configuration, readConfiguration } from "./configuration";
import { entered, enteredBy, forgetKey, isLetIn, type State } from "./entry";
import type { SignIn } from "./oidc";

export type { Caller, State } from "./entry";

interface Session {
  state: State;
  configuration: Configuration;
  /** Leaves this page for the sign-in page. */
  signIn: () => Promise<void>;
  /** Whether the key is valid; then it is the caller's. Throws Failure. */
  enterKey: (key: string) => Promise<boolean>;
  signOut: () => Promise<void>;
  retry: () => void;
}

const NOTHING: Configuration = { version: "", model: "", sign_in: null, upload_origin: "" };
const Context = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("There is no session around this component.");
  return session;
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [state, setState] = useState<State>({ is: "checking" });
  const [configuration, setConfiguration] = useState(NOTHING);
  const [pages, setPages] = useState<SignIn | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins anew
  useEffect(() => {
    const begin = async () => {
      const found = await readConfiguration();
      const signIn = await pagesOf(found);
      setConfiguration(found);
      setPages(signIn);
      setState(await entered(signIn));
    };
    onLostSession(() => {
      forgetKey();
      setState((now) => (now.is === "in" ? { ...now, lost: true } : now));
    });
    begin().catch((error: unknown) => setState({ is: "failed", error: asFailure(error) }));
  }, [attempt]);

  /** Of a caller who comes after another, nothing that the other one asked for is shown. */
  const enterKey = useCallback(
    async (key: string) => {
      if (!(await isLetIn(`Bearer ${key}`))) return false;
      setState(enteredBy(key));
      void queries.resetQueries();
      return true;
    },
    [queries],
  );

  const signOut = useCallback(async () => {
    forgetKey();
    const isPerson = state.is === "in" && state.caller.kind === "person";
    setState(isPerson ? { is: "checking" } : { is: "signed-out", lost: false });
    setAuthorization(async () => undefined);
    signedOut();
    queries.clear();
    if (isPerson) await pages?.leave();
  }, [state, pages, queries]);

  const session = useMemo<Session>(
    () => ({
      state,
      configuration,
      enterKey,
      signOut,
      signIn: async () => pages?.go(),
      retry: () => {
        setState({ is: "checking" });
        setAttempt((before) => before + 1);
      },
    }),
    [state, configuration, pages, enterKey, signOut],
  );
  return <Context value={session}>{children}</Context>;
}

/** The library for it is only loaded where there is somewhere to sign in. */
async function pagesOf({ sign_in }: Configuration): Promise<SignIn | null> {
  return sign_in ? (await import("./oidc")).signInAt(sign_in) : null;
}
