// The two ways in: the sign-in page, where there is one, and a key.
import { type FormEvent, useRef, useState } from "react";
import { asFailure } from "../api/failure";
import { useWords } from "../language/language";
import { Field } from "../ui/Field";
import { ErrorNote, Note } from "../ui/feedback";
import { useSession } from "./session";
import { WORDS } from "./words";

export function SignInForm() {
  const { configuration } = useSession();
  const words = useWords(WORDS);
  return (
    <>
      {configuration.sign_in && (
        <>
          <SignInButton />
          <p className="sign-in-or soft">{words.or}</p>
        </>
      )}
      <KeyForm isAlone={!configuration.sign_in} />
    </>
  );
}

function SignInButton() {
  const words = useWords(WORDS);
  const { signIn } = useSession();
  const [isLeaving, setIsLeaving] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const leave = () => {
    setIsLeaving(true);
    setError(null);
    signIn()
      .catch((failed: unknown) => setError(asFailure(failed)))
      .finally(() => setIsLeaving(false)); // also when somebody comes back by the browser's button
  };
  return (
    <>
      {error && <ErrorNote error={error} />}
      <button type="button" className="primary" disabled={isLeaving} onClick={leave}>
        {isLeaving && <span className="spinner" aria-hidden />}
        {words.signIn}
      </button>
    </>
  );
}

function KeyForm({ isAlone }: { isAlone: boolean }) {
  const words = useWords(WORDS);
  const { enterKey } = useSession();
  const input = useRef<HTMLInputElement>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [isWrong, setIsWrong] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsAsking(true);
    setIsWrong(false);
    setError(null);
    try {
      const isGood = await enterKey(input.current?.value.trim() ?? "");
      setIsWrong(!isGood);
      if (!isGood) input.current?.select();
    } catch (failed) {
      setError(asFailure(failed));
    }
    setIsAsking(false);
  };
  return (
    <form className="stack" onSubmit={submit}>
      {isWrong && <Note tone="bad">{words.wrongKey}</Note>}
      {error && <ErrorNote error={error} />}
      <Field label={words.key} hint={words.keyHint}>
        {(tied) => (
          <input
            {...tied}
            ref={input}
            type="password"
            autoComplete="off"
            required
            aria-invalid={isWrong || undefined}
            onChange={() => setIsWrong(false)}
          />
        )}
      </Field>
      <button type="submit" className={isAlone ? "primary" : ""} disabled={isAsking}>
        {isAsking && <span className="spinner" aria-hidden />}
        {words.use}
      </button>
    </form>
  );
}
