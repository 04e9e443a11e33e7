// Takes a graph away in one of the API's formats.
import { Download } from "lucide-react";
import { useState } from "react";
import { download } from "../api/download";
import { asFailure } from "../api/failure";
import { useWords } from "../language/language";
import { useToasts } from "../ui/toasts";
import { WORDS } from "./words";

const FORMATS = ["json", "graphml", "mermaid", "csv"] as const;
type Format = (typeof FORMATS)[number];

/** `path` is that of the export with its query, without the format. */
export function Export({ path }: { path: string }) {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const [busy, setBusy] = useState(false);
  const take = async (format: Format) => {
    setBusy(true);
    try {
      await download(`${path}${path.includes("?") ? "&" : "?"}format=${format}`, `graph.${format}`);
    } catch (error) {
      say(asFailure(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <fieldset className="graph-export" disabled={busy}>
      <legend className="hidden">{words.take}</legend>
      <Download aria-hidden size={16} />
      {FORMATS.map((format) => (
        <button
          key={format}
          type="button"
          className="plain small"
          aria-label={`${words.take} ${words.formats[format]}`}
          onClick={() => take(format)}
        >
          {words.formats[format]}
        </button>
      ))}
    </fieldset>
  );
}
