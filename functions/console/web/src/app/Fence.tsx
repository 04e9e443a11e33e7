// A part that throws takes down itself and nothing else.
import { Component, type ReactNode } from "react";
import { useWords } from "../language/language";
import { Note } from "../ui/feedback";
import { WORDS } from "./words";

export class Fence extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }) {
  const words = useWords(WORDS);
  return (
    <div className="part">
      <Note tone="bad">
        <p>{words.broken}</p>
        <pre>{error.message}</pre>
        <button type="button" className="small" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </Note>
    </div>
  );
}
