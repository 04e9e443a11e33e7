// One prompt for up to three models side by side; what they can be asked with is in drawers, by the address.
import { Blocks, MessagesSquare, Plus } from "lucide-react";
import { Link } from "wouter";
import { useWords } from "../language/language";
import { ErrorNote, Loading } from "../ui/feedback";
import { Bench } from "./chat/Bench";
import { useColumns } from "./chat/useColumns";
import { useModels, useTools } from "./configuration/queries";
import { Panels } from "./Panels";
import { RemovalProvider } from "./removal";
import { COLUMN_NAMES, useSetup, withColumn } from "./settings/setup";
import { WORDS } from "./words";
import "./playground.css";

export default function PlaygroundPart() {
  return (
    <RemovalProvider>
      <div className="part playground">
        <Playground />
      </div>
    </RemovalProvider>
  );
}

function Head({ onAdd }: { onAdd?: () => void }) {
  const words = useWords(WORDS);
  return (
    <header>
      <div>
        <h1>{words.title}</h1>
        <p>{words.intro}</p>
      </div>
      <div className="row">
        <Link className="button" href="/playground/conversations">
          <MessagesSquare aria-hidden />
          {words.panels.conversations}
        </Link>
        <Link className="button" href="/playground/models">
          <Blocks aria-hidden />
          {words.panels.models}
        </Link>
        <button type="button" disabled={!onAdd} onClick={onAdd}>
          <Plus aria-hidden />
          {words.add}
        </button>
      </div>
    </header>
  );
}

function Playground() {
  const [setup, change] = useSetup();
  const columns = useColumns();
  const models = useModels();
  const tools = useTools();
  const error = models.error ?? tools.error;
  const retry = () => void Promise.all([models.refetch(), tools.refetch()]);
  const hasRoom = setup.columns.length < COLUMN_NAMES.length;
  return (
    <>
      <Head onAdd={hasRoom ? () => change(withColumn) : undefined} />
      {models.isPending && <Loading />}
      {error && <ErrorNote error={error} onRetry={retry} />}
      {!models.isPending && (
        <Bench
          setup={setup}
          change={change}
          columns={columns}
          models={models.data ?? []}
          tools={tools.data ?? []}
        />
      )}
      <Panels setup={setup} change={change} columns={columns} />
    </>
  );
}
