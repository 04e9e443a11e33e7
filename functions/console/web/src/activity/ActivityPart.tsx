// Runs, usage, keys and health: four pages behind tabs, and the page of one run.
import { Route, Switch, useLocation } from "wouter";
import { useWords } from "../language/language";
import { Tabs } from "../ui/Tabs";
import "./activity.css";
import { HealthPage } from "./health/HealthPage";
import { KeysPage } from "./keys/KeysPage";
import { RunPage } from "./runs/RunPage";
import { RunsPage } from "./runs/RunsPage";
import { UsagePage } from "./usage/UsagePage";
import { WORDS } from "./words";

const PAGES = { runs: RunsPage, usage: UsagePage, keys: KeysPage, health: HealthPage };
type PageName = keyof typeof PAGES;
const NAMES = Object.keys(PAGES) as PageName[];

export default function ActivityPart() {
  return (
    <Switch>
      <Route path="/activity/runs/:id">{({ id }) => <RunPage key={id} id={decodeURIComponent(id)} />}</Route>
      <Route>
        <Overview />
      </Route>
    </Switch>
  );
}

function Overview() {
  const words = useWords(WORDS);
  const [path, navigate] = useLocation();
  const chosen = NAMES.find((name) => path === `/activity/${name}`) ?? "runs";
  const Page = PAGES[chosen];
  return (
    <div className="part">
      <header>
        <h1>{words.title}</h1>
      </header>
      <Tabs
        label={words.title}
        tabs={NAMES.map((name) => ({ name, title: words.pages[name] }))}
        chosen={chosen}
        onChoose={(name) => navigate(name === "runs" ? "/activity" : `/activity/${name}`)}
      >
        <Page />
      </Tabs>
    </div>
  );
}
