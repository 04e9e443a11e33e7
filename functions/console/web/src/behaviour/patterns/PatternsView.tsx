// What comes in the same order again and again, of one user or of all.
import { Repeat2 } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading, Note } from "../../ui/feedback";
import { Segments } from "../timeline/Segments";
import { PatternControls } from "./PatternControls";
import { PatternRow } from "./PatternRow";
import { type Order, sorted, USUAL } from "./pattern";
import { usePatterns } from "./usePatterns";
import { WORDS } from "./words";

const ORDERS = ["support", "length", "duration"] as const;

export function PatternsView({ user }: { user: string | null }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  const [wanted, setWanted] = useState(USUAL);
  const [order, setOrder] = useState<Order>("support");
  const { data, error, isPending, isPlaceholderData, refetch } = usePatterns(user, useDeferredValue(wanted));
  const patterns = useMemo(() => sorted(data?.patterns ?? [], order), [data, order]);
  const highest = Math.max(...patterns.map(({ share }) => share));
  return (
    <div className="stack loose">
      <p className="soft">{words.lead}</p>
      <PatternControls wanted={wanted} onChange={setWanted} />
      {error && <ErrorNote error={error} onRetry={refetch} />}
      {isPending && <Loading />}
      {data && !error && (
        <div className="stack" aria-busy={isPlaceholderData}>
          <div className="row spread">
            <p role="status">{words.summary(number(patterns.length), number(data.sequences))}</p>
            <Segments
              label={words.sort}
              options={ORDERS.map((name) => ({ name, title: words.order[name] }))}
              chosen={order}
              onChoose={setOrder}
            />
          </div>
          {data.truncated && <Note>{words.truncated}</Note>}
          {patterns.length === 0 ? (
            <Empty icon={Repeat2} title={words.none}>
              <p>{words.noneHint}</p>
            </Empty>
          ) : (
            <ol className="events-patterns" aria-label={words.list}>
              {patterns.map((pattern) => (
                <PatternRow
                  key={pattern.items.join("\u0000")}
                  pattern={pattern}
                  by={data.by}
                  highest={highest}
                />
              ))}
            </ol>
          )}
        </div>
      )}
    </div>
  );
}
