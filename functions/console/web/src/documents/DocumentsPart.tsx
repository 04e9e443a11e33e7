// Documents: the library, and a reader of what is in one of them.
import { UploadCloud } from "lucide-react";
import { useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { useWords } from "../language/language";
import { useToasts } from "../ui/toasts";
import "./documents.css";
import type { Kind } from "./library/pages";
import { LibraryPage } from "./list/LibraryPage";
import { type Place, ReaderPage } from "./reader/ReaderPage";
import { UploadBar } from "./uploads/UploadBar";
import { useDrop } from "./uploads/useDrop";
import { useUpload } from "./uploads/useUploads";
import { WORDS } from "./words";

export default function DocumentsPart() {
  const words = useWords(WORDS);
  const { say } = useToasts();
  const [kind, setKind] = useState<Kind>("material");
  const [path, go] = useLocation();
  const upload = useUpload();
  const onFiles = (files: File[]) => {
    if (files.length) upload(files, kind);
    if (path !== "/documents") go("/documents");
  };
  const isOver = useDrop(onFiles, () => say(words.unreadable));
  return (
    <>
      <Switch>
        <Route<Place> path="/documents/:id/:chunkId?/:span?">
          {(params) => <ReaderPage key={params.id} {...params} />}
        </Route>
        <Route>
          <LibraryPage upload={<UploadBar kind={kind} onKind={setKind} onFiles={onFiles} />} />
        </Route>
      </Switch>
      {isOver && (
        <div className="documents-drop" aria-hidden>
          <UploadCloud />
          {words.dropHere}
        </div>
      )}
    </>
  );
}
