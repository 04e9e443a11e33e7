// What speaks for a causal edge: its figures, the model's opinion, the cases it was seen in.
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import { Badge, type Tone } from "../ui/feedback";
import type { CausalEdgeAnswer } from "./answers";
import { Evidence } from "./Evidence";
import { Facts } from "./Facts";
import type { Of } from "./scope";
import { WORDS } from "./words";

const TONES: Record<string, Tone> = { supports: "good", doubts: "warn", rejects: "bad" };

interface Props {
  edge: CausalEdgeAnswer;
  of: Of;
  userId: string | null;
}

export function CausalEdgePanel({ edge, of, userId }: Props) {
  const words = useWords(WORDS);
  const { number, percent, duration } = useFormats();
  const opinion = edge.model_opinion;
  return (
    <>
      <Facts
        facts={[
          [words.kind, words.kinds[edge.type ?? "leads_to"]],
          [words.confidence, percent(edge.confidence)],
          [words.lag, duration(edge.lag * 1000)],
          [words.lift, number(edge.lift, 1)],
          [words.support, number(edge.support)],
          [words.chance, edge.p < 0.001 ? "< 0.001" : number(edge.p, 3)],
        ]}
      />
      <p className="soft small">{words.liftHint(number(edge.lift, 1))}</p>
      {edge.cycle != null && <p className="small">{words.cycle}</p>}
      {opinion && (
        <div className="stack">
          <h4 className="row">
            {words.opinion} <Badge tone={TONES[opinion.verdict]}>{words.verdicts[opinion.verdict]}</Badge>
          </h4>
          <p className="small" dir="auto">
            {opinion.reason}
          </p>
        </div>
      )}
      <Evidence ids={edge.evidence} of={of} userId={userId} />
    </>
  );
}
