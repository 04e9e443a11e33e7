// Which conversation is open: the address says it. Without one in it, the one this tab had open or one that is
// being answered comes back, else a new one begins.
import { useEffect, useState } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { useSession } from "../session/session";
import "./ask.css";
import { Chat } from "./Chat";
import { newId } from "./conversation";
import { History } from "./History";
import { storeOf, titles } from "./kept";

const OPEN = "freshet.ask.open"; // in this tab

export default function AskPart() {
  const { state } = useSession();
  if (state.is !== "in") return null;
  const store = storeOf(state.caller);
  return (
    <Switch>
      <Route path="/ask/history">
        <History store={store} />
      </Route>
      <Route path="/ask/:id?">{({ id }) => <Opened key={store} store={store} id={id} />}</Route>
      <Route>
        <Redirect to="/ask" replace />
      </Route>
    </Switch>
  );
}

function Opened({ store, id }: { store: string; id: string | undefined }) {
  const [, navigate] = useLocation();
  const [fresh, setFresh] = useState(newId);
  const isReady = useReturn(store, id);
  const open = id ?? fresh;
  const begin = () => {
    sessionStorage.removeItem(OPEN);
    setFresh(newId());
    navigate("/ask");
  };
  const asked = () => {
    sessionStorage.setItem(OPEN, open);
    if (!id) navigate(`/ask/${open}`, { replace: true });
  };
  if (!isReady) return null;
  return <Chat key={open} store={store} id={open} isNamed={id !== undefined} onAsk={asked} onNew={begin} />;
}

/** Whether it is known what to show. Only where the part is entered: who asks for a new conversation gets one. */
function useReturn(store: string, id: string | undefined): boolean {
  const [, navigate] = useLocation();
  const [isReady, setIsReady] = useState(id !== undefined);
  useEffect(() => {
    if (id) sessionStorage.setItem(OPEN, id);
  }, [id]);
  useEffect(() => {
    if (isReady) return;
    const go = (found: string | undefined) => {
      if (found) navigate(`/ask/${found}`, { replace: true });
      setIsReady(true);
    };
    left(store).then(go, () => go(undefined));
  }, [isReady, store, navigate]);
  return isReady;
}

async function left(store: string): Promise<string | undefined> {
  const kept = await titles(store);
  const open = sessionStorage.getItem(OPEN);
  return kept.find(({ id, isUnderWay }) => id === open || isUnderWay)?.id;
}
