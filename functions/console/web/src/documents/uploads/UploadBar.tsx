// The ways in for those who don't drag: a button, and what the files are uploaded as.
import { Upload } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { useWords } from "../../language/language";
import type { Kind } from "../library/pages";
import { WORDS } from "../words";

interface Props {
  kind: Kind;
  onKind: (kind: Kind) => void;
  onFiles: (files: File[]) => void;
}

const KINDS: readonly Kind[] = ["material", "doc"];

export function UploadBar({ kind, onKind, onFiles }: Props) {
  const words = useWords(WORDS);
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(event.target.files ?? [])]);
    event.target.value = ""; // the same file may be chosen again
  };
  return (
    <div className="row">
      <label className="row small">
        {words.uploadAs}
        <select value={kind} onChange={(event) => onKind(event.target.value as Kind)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {words.kinds[one]}
            </option>
          ))}
        </select>
      </label>
      <input ref={input} type="file" multiple hidden onChange={choose} />
      <button type="button" className="primary" onClick={() => input.current?.click()}>
        <Upload aria-hidden />
        {words.chooseFiles}
      </button>
    </div>
  );
}
