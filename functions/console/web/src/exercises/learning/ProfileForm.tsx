// What learners say of themselves.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { answered, api, type Schemas } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Field } from "../../ui/Field";
import { ErrorNote } from "../../ui/feedback";
import { useToasts } from "../../ui/toasts";
import { Lines } from "../editing/Lines";
import { PROFILE } from "../queries";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

type Profile = Schemas["NewProfile"];
type Level = NonNullable<Profile["level"]>;

const LEVELS: Level[] = ["elementary", "secondary", "undergraduate", "graduate", "professional"];

export function ProfileForm({ profile }: { profile: Profile }) {
  const words = useWords(WORDS);
  const { percent } = useFormats();
  const client = useQueryClient();
  const { say } = useToasts();
  const [draft, setDraft] = useState<Profile>(() => only(profile));
  const [languages, setLanguages] = useState(profile.languages.join(", "));
  const set = (change: Partial<Profile>) => setDraft((before) => ({ ...before, ...change }));
  const put = useMutation({
    mutationFn: () =>
      answered(api.PUT("/api/v1/user/profile", { body: { ...draft, languages: tagsIn(languages) } })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: PROFILE });
      say(words.saved);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate();
  };
  return (
    <form className="card stack" onSubmit={submit}>
      <div className="exercises-pair">
        <Field label={words.name}>
          {(tied) => (
            <input
              {...tied}
              autoComplete="name"
              maxLength={100}
              value={draft.name}
              onChange={(event) => set({ name: event.target.value })}
            />
          )}
        </Field>
        <LevelField value={draft.level ?? null} onChange={(level) => set({ level })} />
        <Field label={words.languages} hint={words.languagesHint}>
          {(tied) => (
            <input {...tied} value={languages} onChange={(event) => setLanguages(event.target.value)} />
          )}
        </Field>
        <TimezoneField value={draft.timezone} onChange={(timezone) => set({ timezone })} />
      </div>
      <Lines label={words.goals} lines={draft.goals} onChange={(goals) => set({ goals })} />
      <Field label={words.retention(percent(draft.retention))} hint={words.retentionHint}>
        {(tied) => (
          <input
            {...tied}
            type="range"
            className="exercises-range"
            min={0.7}
            max={0.97}
            step={0.01}
            value={draft.retention}
            onChange={(event) => set({ retention: event.target.valueAsNumber })}
          />
        )}
      </Field>
      {put.error && <ErrorNote error={put.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={put.isPending}>
          {put.isPending && <span className="spinner" aria-hidden />}
          {words.save}
        </button>
      </div>
    </form>
  );
}

function LevelField({ value, onChange }: { value: Level | null; onChange: (level: Level | null) => void }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  return (
    <Field label={words.level}>
      {(tied) => (
        <select
          {...tied}
          value={value ?? ""}
          onChange={(event) => onChange((event.target.value || null) as Level | null)}
        >
          <option value="">{words.noLevel}</option>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {shared.level[level]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function TimezoneField({ value, onChange }: { value: string; onChange: (timezone: string) => void }) {
  const words = useWords(WORDS);
  const list = useId();
  return (
    <Field label={words.timezone}>
      {(tied) => (
        <>
          <input
            {...tied}
            required
            list={list}
            maxLength={64}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={list}>
            {Intl.supportedValuesOf("timeZone").map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** What may be written: the API refuses other members. */
function only({ name, languages, level, goals, timezone, retention }: Profile): Profile {
  return { name, languages, level: level ?? null, goals, timezone, retention };
}

const tagsIn = (said: string): string[] => said.split(/[\s,，、;；]+/).filter(Boolean);
