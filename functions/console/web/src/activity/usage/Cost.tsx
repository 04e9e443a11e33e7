import { useFormats } from "../../language/formats";
import type { Sum } from "./sums";

/** Money, honestly: "≥" if some calls have no known price, a dash if none has one. */
export function Cost({ sum }: { sum: Sum }) {
  const { money } = useFormats();
  if (sum.calls === 0) return null;
  if (sum.costs.size === 0) return <>{money(null)}</>;
  const parts = [...sum.costs].map(([currency, cost]) => money(cost, currency)).join(" + ");
  return <>{sum.unpriced ? `≥ ${parts}` : parts}</>;
}
