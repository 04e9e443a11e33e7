// A labelled control that may be wrong: what is wrong takes the hint's place, and is tied to the control.
import type { ReactNode } from "react";
import { Field } from "../../ui/Field";

export interface Tied {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean;
}

interface Props {
  label: string;
  hint?: ReactNode;
  fault?: string;
  children: (tied: Tied) => ReactNode;
}

export function Entry({ label, hint, fault, children }: Props) {
  return (
    <Field label={label} hint={fault ? <span className="bad">{fault}</span> : hint}>
      {(tied) => children({ ...tied, "aria-invalid": Boolean(fault) })}
    </Field>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  fault?: string;
  required?: boolean;
  placeholder?: string;
  autoFocus?: boolean;
  list?: string;
}

export function TextEntry({ label, hint, fault, onChange, ...input }: TextProps) {
  return (
    <Entry label={label} hint={hint} fault={fault}>
      {(tied) => (
        <input
          {...tied}
          {...input}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Entry>
  );
}

interface CodeProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  fault?: string;
  rows?: number;
  placeholder?: string;
}

/** For JSON, and for what else is read by machines. */
export function CodeEntry({ label, hint, fault, onChange, rows = 3, ...input }: CodeProps) {
  return (
    <Entry label={label} hint={hint} fault={fault}>
      {(tied) => (
        <textarea
          {...tied}
          {...input}
          rows={rows}
          className="playground-code-entry"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Entry>
  );
}
