// The frame of this part: which user, and which view of what they did.
import { lazy, Suspense } from "react";
import { useWords } from "../language/language";
import { Loading } from "../ui/feedback";
import { Tabs } from "../ui/Tabs";
import { useAddress, VIEWS, type View } from "./address";
import "./behaviour.css";
import { AllUsersCard } from "./extraction/AllUsersCard";
import { BehavioursView } from "./log/BehavioursView";
import { PatternsView } from "./patterns/PatternsView";
import { TimelineView } from "./timeline/TimelineView";
import { UploadCard } from "./upload/UploadCard";
import { type Uploads, useUploads } from "./upload/useUploads";
import { UserChooser } from "./users/UserChooser";
import { UserNeeded } from "./users/UserNeeded";
import { UserTable } from "./users/UserTable";
import { WORDS } from "./words";

// The graphs bring a library of their own: it is loaded with the first of them.
const EventGraph = lazy(() =>
  import("../graphs/EventGraph").then(({ EventGraph }) => ({ default: EventGraph })),
);
const CausalGraphs = lazy(() =>
  import("../graphs/CausalGraphs").then(({ CausalGraphs }) => ({ default: CausalGraphs })),
);

export default function EventsPart() {
  const words = useWords(WORDS);
  const [{ view, user }, go] = useAddress();
  const uploads = useUploads(); // here, so that they go on while another view is looked at
  const tabs = VIEWS.map((name) => ({ name, title: words.view[name] }));
  return (
    <div className="part">
      <header>
        <div>
          <h1>{words.title}</h1>
          <p>{words.lead}</p>
        </div>
        <UserChooser user={user} onChoose={(next) => go({ user: next })} />
      </header>
      <Tabs label={words.views} tabs={tabs} chosen={view} onChoose={(next) => go({ view: next })}>
        <div className="events-panel">
          <Suspense fallback={<Loading />}>
            <Panel view={view} user={user} go={go} uploads={uploads} />
          </Suspense>
        </div>
      </Tabs>
    </div>
  );
}

interface PanelProps {
  view: View;
  user: string | null;
  go: (change: { view?: View; user?: string | null }) => void;
  uploads: Uploads;
}

/** Keyed by the user: what runs or is chosen in a view is of theirs. */
function Panel({ view, user, go, uploads }: PanelProps) {
  if (view === "logs") return <Logs go={go} uploads={uploads} />;
  if (view === "patterns") return <PatternsView key={user} user={user} />;
  if (view === "graph") return <EventGraph key={user} userId={user} />;
  if (view === "causal") return <CausalGraphs key={user} userId={user} />;
  if (user === null) return <UserNeeded onChoose={(next) => go({ user: next })} />;
  if (view === "timeline") return <TimelineView key={user} user={user} />;
  return <BehavioursView key={user} user={user} onGone={() => go({ view: "logs", user: null })} />;
}

function Logs({ go, uploads }: Pick<PanelProps, "go" | "uploads">) {
  return (
    <div className="stack loose">
      <div className="events-pair">
        <UploadCard {...uploads} />
        <AllUsersCard />
      </div>
      <UserTable onChoose={(user) => go({ view: "timeline", user })} />
    </div>
  );
}
