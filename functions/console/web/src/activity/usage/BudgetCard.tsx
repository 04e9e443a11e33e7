import { useId } from "react";
import type { Schemas } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Note } from "../../ui/feedback";
import { WORDS } from "./words";

type Budget = Schemas["BudgetView"];

interface Limit {
  limit: number;
  spent: number;
  reserved: number;
  left: number;
}

/** How the month stands, and what happens when it is spent. */
export function BudgetCard({ budget }: { budget: Budget }) {
  const words = useWords(WORDS);
  const { number, money, time } = useFormats();
  const { tokens, cost } = budget;
  const isSpent = tokens?.left === 0 || cost?.left === 0;
  return (
    <section className="card stack">
      <h2>{words.budget}</h2>
      {isSpent && <Note tone="warn">{words.spent}</Note>}
      {tokens && <Gauge name={words.tokens} limit={tokens} written={number} />}
      {cost && <Gauge name={words.money} limit={cost} written={(value) => money(value, cost.currency)} />}
      <p className="soft small">{tokens || cost ? words.resets(time(budget.resets_at)) : words.noBudget}</p>
    </section>
  );
}

interface GaugeProps {
  name: string;
  limit: Limit;
  written: (value: number) => string;
}

function Gauge({ name, limit, written }: GaugeProps) {
  const words = useWords(WORDS);
  const { percent } = useFormats();
  const id = useId();
  const used = words.used(written(limit.spent), written(limit.limit), percent(limit.spent / limit.limit));
  const reserved = limit.reserved > 0 ? words.reserved(written(limit.reserved)) : "";
  return (
    <div className="stack activity-gauge">
      <div className="row spread">
        <strong id={id}>{name}</strong>
        <span className="small">
          {[used, reserved, words.left(written(limit.left))].filter(Boolean).join(" · ")}
        </span>
      </div>
      <progress
        aria-labelledby={id}
        max={limit.limit}
        value={Math.min(limit.limit, limit.spent + limit.reserved)}
      />
    </div>
  );
}
