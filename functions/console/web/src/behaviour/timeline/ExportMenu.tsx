// Takes a user's events away as a file.
import { Download } from "lucide-react";
import { useState } from "react";
import { download } from "../../api/download";
import { useWords } from "../../language/language";
import { useToasts } from "../../ui/toasts";
import { WORDS } from "./words";

const FORMATS = ["csv", "json", "xes"] as const;

export function ExportMenu({ user }: { user: string }) {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const [isBusy, setIsBusy] = useState(false);
  const take = async (format: string) => {
    setIsBusy(true);
    const query = new URLSearchParams({ user_id: user, format });
    await download(`api/v1/events/export?${query}`, `events.${format}`).catch((error: Error) =>
      say(error.message || words.exportFailed),
    );
    setIsBusy(false);
  };
  return (
    <label className="events-export">
      <Download aria-hidden />
      <span className="hidden">{words.export}</span>
      <select value="" disabled={isBusy} onChange={(event) => take(event.target.value)}>
        <option value="">{words.export}</option>
        {FORMATS.map((format) => (
          <option key={format} value={format}>
            {words.format[format]}
          </option>
        ))}
      </select>
    </label>
  );
}
