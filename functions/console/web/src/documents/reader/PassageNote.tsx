import { useWords } from "../../language/language";
import { Loading, Note } from "../../ui/feedback";
import { WORDS } from "../words";
import type { Passage } from "./usePassage";

interface Props {
  passage: Passage;
  /** Chunks that were looked through. */
  count: number;
  onJump: () => void;
}

export function PassageNote({ passage, count, onJump }: Props) {
  const words = useWords(WORDS);
  if (passage.is === "none") return null;
  if (passage.is === "gone") return <Note tone="warn">{words.passageGone}</Note>;
  if (passage.is === "looking")
    return (
      <div className="row spread">
        <Loading what={words.looking(count)} />
        <button type="button" className="small" onClick={passage.stop}>
          {words.stop}
        </button>
      </div>
    );
  const isFound = passage.is === "found";
  return (
    <div className="row spread">
      <p className="soft" role="status">
        {isFound ? words.found(passage.index + 1) : words.lookedThrough(count)}
      </p>
      <button type="button" className="small" onClick={isFound ? onJump : passage.resume}>
        {isFound ? words.toPassage : words.lookOn}
      </button>
    </div>
  );
}
