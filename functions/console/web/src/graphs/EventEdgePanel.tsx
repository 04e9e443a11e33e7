// What is known of one thing following another.
import { useFormats } from "../language/formats";
import { useWords } from "../language/language";
import type { FollowsEdge } from "./answers";
import { Facts } from "./Facts";
import { WORDS } from "./words";

export function EventEdgePanel({ edge, source }: { edge: FollowsEdge; source: string }) {
  const words = useWords(WORDS);
  const { number, percent, duration } = useFormats();
  return (
    <>
      <Facts
        facts={[
          [words.count, number(edge.count)],
          [words.share, percent(edge.share)],
          [words.users, number(edge.users)],
          [words.medianGap, duration(edge.medianLagS * 1000)],
          [words.slowGap, duration(edge.p90LagS * 1000)],
        ]}
      />
      <p className="soft small">{words.shareHint(percent(edge.share), source)}</p>
    </>
  );
}
