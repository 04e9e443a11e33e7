// What models were used for, and what it cost, by day, model and capability.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChartColumn } from "lucide-react";
import { useState } from "react";
import { answered, api, type Schemas } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading, Note } from "../../ui/feedback";
import { WORDS as SHARED } from "../words";
import { BudgetCard } from "./BudgetCard";
import { DayBars } from "./DayBars";
import { PeriodChoice } from "./PeriodChoice";
import { daysOf, type Period, periodOf, type Range } from "./period";
import { SumTable } from "./SumTable";
import { type Sum, sumOf, sumsBy, sumsOfDays } from "./sums";
import { WORDS } from "./words";

export function UsagePage() {
  const [range, setRange] = useState<Range>("month");
  const [period, setPeriod] = useState<Period>(() => periodOf("month", new Date()));
  const usage = useUsage(period);
  return (
    <div className="stack loose">
      <PeriodChoice
        range={range}
        period={period}
        onChange={(nextRange, nextPeriod) => {
          setRange(nextRange);
          setPeriod(nextPeriod);
        }}
      />
      {usage.error && <ErrorNote error={usage.error} onRetry={() => usage.refetch()} />}
      {usage.isPending && <Loading />}
      {usage.data && !usage.error && (
        <div className="stack loose" aria-busy={usage.isPlaceholderData}>
          <Report report={usage.data} />
        </div>
      )}
    </div>
  );
}

function useUsage(period: Period) {
  return useQuery({
    queryKey: ["activity", "usage", period],
    queryFn: () => answered(api.GET("/api/v1/usage", { params: { query: period } })),
    placeholderData: keepPreviousData,
  });
}

function Report({ report }: { report: Schemas["UsageReport"] }) {
  const words = useWords(WORDS);
  const { capability } = useWords(SHARED);
  const { day: named } = useFormats();
  const { items } = report;
  const total = sumOf(items);
  const days = sumsOfDays(items, daysOf(report));
  if (items.length === 0)
    return (
      <>
        <BudgetCard budget={report.budget} />
        <Empty icon={ChartColumn} title={words.none}>
          <p>{words.noneHint}</p>
        </Empty>
      </>
    );
  const used = days.filter(([, sum]) => sum.calls > 0).map(([day, sum]): [string, Sum] => [named(day), sum]);
  const capabilities = sumsBy(items, "capability").map(([name, sum]): [string, Sum] => [
    capability(name),
    sum,
  ]);
  return (
    <>
      <BudgetCard budget={report.budget} />
      <Honesty total={total} />
      <DayBars days={days} total={total} />
      <div className="activity-pair">
        <SumTable title={words.byModel} head={words.model} rows={sumsBy(items, "model")} total={total} />
        <SumTable title={words.byCapability} head={words.capability} rows={capabilities} total={total} />
      </div>
      <SumTable title={words.byDay} head={words.day} rows={used} total={total} />
    </>
  );
}

/** What the numbers leave out. */
function Honesty({ total }: { total: Sum }) {
  const words = useWords(WORDS);
  const { number } = useFormats();
  if (!total.unpriced && !total.estimated) return null;
  return (
    <Note>
      {total.unpriced > 0 && <p>{words.unpriced(number(total.unpriced), number(total.calls))}</p>}
      {total.estimated > 0 && <p>{words.estimated(number(total.estimated))}</p>}
    </Note>
  );
}
