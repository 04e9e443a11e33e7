// The options of a causal graph that is to be made.
import { Sparkles } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useLanguage, useWords } from "../language/language";
import { Dialog } from "../ui/Dialog";
import { Check, Field } from "../ui/Field";
import { MadeOf } from "./EventOptions";
import { Period } from "./Period";
import { midnight, type Scope } from "./scope";
import { WORDS } from "./words";

const LAGS = [300, 1800, 3600, 14400, 86400, 604800] as const;
const WITHINS = ["auto", "object", "session"] as const;

interface Wanted extends Pick<Scope, "of" | "by" | "from" | "to"> {
  within: (typeof WITHINS)[number];
  maxLagS: number;
  judge: boolean;
}

const USUAL: Wanted = {
  of: "auto",
  by: "auto",
  from: "",
  to: "",
  within: "auto",
  maxLagS: 3600,
  judge: true,
};

interface Props {
  userId: string | null;
  isBusy: boolean;
  onGenerate: (body: object) => void;
}

export function Generate({ userId, isBusy, onGenerate }: Props) {
  const words = useWords(WORDS);
  const { language } = useLanguage();
  const [isOpen, setIsOpen] = useState(false);
  const [wanted, setWanted] = useState(USUAL);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setIsOpen(false);
    onGenerate(bodyOf(wanted, userId, language));
  };
  return (
    <>
      <button type="button" className="primary" disabled={isBusy} onClick={() => setIsOpen(true)}>
        <Sparkles aria-hidden />
        {words.generate}
      </button>
      {isOpen && (
        <Dialog title={words.generateTitle} onClose={() => setIsOpen(false)}>
          <form className="stack" onSubmit={submit}>
            <div className="graph-options">
              <MadeOf scope={wanted} onScope={setWanted} />
              <Together wanted={wanted} onWanted={setWanted} />
            </div>
            <Check
              label={words.judge}
              checked={wanted.judge}
              onChange={(judge) => setWanted({ ...wanted, judge })}
            />
            <div className="row">
              <button type="submit" className="primary">
                {words.start}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}

/** When and where cause and effect have to be together. */
function Together({ wanted, onWanted }: { wanted: Wanted; onWanted: (wanted: Wanted) => void }) {
  const words = useWords(WORDS);
  return (
    <>
      <Field label={words.maxLag}>
        {(tied) => (
          <select
            {...tied}
            value={wanted.maxLagS}
            onChange={(event) => onWanted({ ...wanted, maxLagS: Number(event.target.value) })}
          >
            {LAGS.map((lag) => (
              <option key={lag} value={lag}>
                {words.lags[lag]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={words.within}>
        {(tied) => (
          <select
            {...tied}
            value={wanted.within}
            onChange={(event) => onWanted({ ...wanted, within: event.target.value as Wanted["within"] })}
          >
            {WITHINS.map((within) => (
              <option key={within} value={within}>
                {words.withins[within]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Period limits={wanted} onLimits={onWanted} />
    </>
  );
}

function bodyOf(
  { of, by, from, to, within, maxLagS, judge }: Wanted,
  userId: string | null,
  language: string,
) {
  return {
    ...(userId !== null && { user_id: userId }),
    ...(of !== "auto" && { of }),
    ...(by !== "auto" && { by }),
    ...(within !== "auto" && { within }),
    ...(from && { start: midnight(from, 0) }),
    ...(to && { end: midnight(to, 1) }),
    max_lag_seconds: maxLagS,
    judge,
    language,
    stream: true,
  };
}
