// What the server says of the whole answer, where that is not that all is well.
import { useWords } from "../language/language";
import { Note } from "../ui/feedback";
import type { Verdict } from "./citations";
import { WORDS } from "./words";

export function VerdictNotes({ verdict }: { verdict: Verdict }) {
  const words = useWords(WORDS);
  const { isAnswered, isSupported, unverified, finishReason } = verdict;
  if (!isAnswered)
    return (
      <Note>
        <p>
          <strong>{words.notFound}</strong>
        </p>
        <p>{words.notFoundHint}</p>
      </Note>
    );
  const markers = unverified.map((marker) => `[${marker}]`).join(" ");
  return (
    <>
      {!isSupported && <Note tone="warn">{words.unsupported}</Note>}
      {isSupported && markers && <Note tone="warn">{words.unverified(markers)}</Note>}
      {finishReason === "length" && <Note tone="warn">{words.tooLong}</Note>}
      {finishReason === "content_filter" && <Note tone="warn">{words.filtered}</Note>}
    </>
  );
}
