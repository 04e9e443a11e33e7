// From which day to which: the fields that both graphs are limited by.
import { useWords } from "../language/language";
import { Field } from "../ui/Field";
import { WORDS } from "./words";

interface Days {
  from: string;
  to: string;
}

export function Period<Limits extends Days>({
  limits,
  onLimits,
}: {
  limits: Limits;
  onLimits: (limits: Limits) => void;
}) {
  const words = useWords(WORDS);
  return (["from", "to"] as const).map((side) => (
    <Field key={side} label={words[side]}>
      {(tied) => (
        <input
          {...tied}
          type="date"
          value={limits[side]}
          onChange={(event) => onLimits({ ...limits, [side]: event.target.value })}
        />
      )}
    </Field>
  ));
}
