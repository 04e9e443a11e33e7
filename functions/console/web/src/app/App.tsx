import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { Redirect, Route, Router, Switch } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { Failure } from "../api/failure";
import { LanguageProvider, useWords } from "../language/language";
import { Opening, SignInPage, Unreachable } from "../session/SignInPage";
import { SessionProvider, useSession } from "../session/session";
import { Loading } from "../ui/feedback";
import { ToastProvider } from "../ui/toasts";
import { Fence } from "./Fence";
import { FIRST, PARTS } from "./parts";
import { Shell } from "./Shell";
import { WORDS } from "./words";

const TRIES = 3;
const STALE_MS = 10_000;

function queries(): QueryClient {
  const retry = (tries: number, error: Error) => tries < TRIES && error instanceof Failure && error.passes;
  return new QueryClient({
    defaultOptions: { queries: { retry, staleTime: STALE_MS }, mutations: { retry: false } },
  });
}

export function App() {
  const [client] = useState(queries);
  return (
    <QueryClientProvider client={client}>
      <LanguageProvider>
        <ToastProvider>
          <SessionProvider>
            <Router hook={useHashLocation}>
              <Gate />
            </Router>
          </SessionProvider>
        </ToastProvider>
      </LanguageProvider>
    </QueryClientProvider>
  );
}

function Gate() {
  const { state, retry } = useSession();
  if (state.is === "checking") return <Opening />;
  if (state.is === "failed") return <Unreachable error={state.error} onRetry={retry} />;
  if (state.is === "signed-out") return <SignInPage state={state} />;
  return (
    <Shell>
      <Switch>
        {PARTS.map(({ name, component: Part }) => (
          <Route key={name} path={`/${name}/*?`}>
            <Fence>
              <Suspense fallback={<Waiting />}>
                <Part />
              </Suspense>
            </Fence>
          </Route>
        ))}
        <Route path="/">
          <Redirect to={`/${FIRST}`} replace />
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
    </Shell>
  );
}

function Waiting() {
  return (
    <div className="part">
      <Loading />
    </div>
  );
}

function NotFound() {
  return <p className="part">{useWords(WORDS).notFound}</p>;
}
