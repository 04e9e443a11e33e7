import { API } from "../../api/base";
import { useWords } from "../../language/language";
import { Copy } from "../../ui/Copy";
import { WORDS } from "./words";

/** A command that works as it stands, at this very API. */
export function Curl({ secret }: { secret: string }) {
  const words = useWords(WORDS);
  const command = `curl -H 'Authorization: Bearer ${secret}' ${API}api/v1/documents`;
  return (
    <div className="stack activity-curl">
      <pre className="activity-wrapped">{command}</pre>
      <Copy text={command} label={words.copyCommand} />
    </div>
  );
}
