// What is known of the learner: what is due, every concept, and what they say of themselves.
import { useState } from "react";
import { useWords } from "../../language/language";
import { Tabs } from "../../ui/Tabs";
import { PageHeader } from "../PageHeader";
import { WORDS as SHARED } from "../words";
import { Concepts } from "./Concepts";
import { DueList } from "./DueList";
import { ProfilePanel } from "./ProfilePanel";
import { WORDS } from "./words";

const PARTS = ["due", "concepts", "profile"] as const;

export function LearningPage() {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const [part, setPart] = useState<(typeof PARTS)[number]>("due");
  return (
    <>
      <PageHeader title={words.title} back={{ to: "/exercises", label: shared.back }} about={words.lead} />
      <Tabs
        label={words.parts}
        tabs={PARTS.map((name) => ({ name, title: words[name] }))}
        chosen={part}
        onChoose={setPart}
      >
        {part === "due" && <DueList />}
        {part === "concepts" && <Concepts />}
        {part === "profile" && <ProfilePanel />}
      </Tabs>
    </>
  );
}
