import { useState } from "react";
import { API } from "../api/base";
import { useWords } from "../language/language";
import { useSession } from "../session/session";
import { Copy } from "../ui/Copy";
import { Dialog } from "../ui/Dialog";
import { Tabs } from "../ui/Tabs";
import type { Asking } from "./conversation";
import { type Dialect, requestCode } from "./requestCode";
import { PATH } from "./useConversation";
import { WORDS } from "./words";

const DIALECTS = [
  { name: "curl", title: "curl" },
  { name: "python", title: "Python" },
  { name: "javascript", title: "JavaScript" },
] as const;

/** The request that a question was, as code. */
export function CodeDialog({ asked, onClose }: { asked: Asking; onClose: () => void }) {
  const words = useWords(WORDS);
  const { state } = useSession();
  const [dialect, setDialect] = useState<Dialect>("curl");
  const hasKey = state.is === "in" && state.caller.kind !== "local";
  const code = requestCode(dialect, asked, { url: new URL(PATH, API).href, hasKey });
  return (
    <Dialog title={words.asCode} onClose={onClose}>
      <div className="stack">
        <p className="soft">{hasKey ? `${words.asCodeHint} ${words.keyHint}` : words.asCodeHint}</p>
        <Tabs label={words.dialect} tabs={DIALECTS} chosen={dialect} onChoose={setDialect}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keyboards have to scroll it */}
          <pre className="ask-code" tabIndex={0}>
            {code}
          </pre>
        </Tabs>
        <div>
          <Copy key={dialect} text={code} />
        </div>
      </div>
    </Dialog>
  );
}
