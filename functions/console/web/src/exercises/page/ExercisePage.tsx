// One exercise, as those who teach see it: its questions with their keys, and who took it.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, FileQuestion, PencilLine, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, Redirect, useLocation } from "wouter";
import { Failure } from "../../api/failure";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Empty, ErrorNote, Loading } from "../../ui/feedback";
import { Tabs } from "../../ui/Tabs";
import type { ExerciseDetail } from "../kinds";
import { PageHeader } from "../PageHeader";
import { exerciseQuery, LISTS } from "../queries";
import { StateBadge } from "../StateBadge";
import { useDelete } from "../useDelete";
import { WORDS as SHARED } from "../words";
import { Attempts } from "./Attempts";
import { ExportDialog } from "./ExportDialog";
import { Outcome } from "./Outcome";
import { Questions } from "./Questions";
import { WORDS } from "./words";

export function ExercisePage({ id }: { id: string }) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { data: exercise, error, refetch } = useQuery(exerciseQuery(id));
  const [part, setPart] = useState<"questions" | "attempts">("questions");
  if (exercise?.state === "generating" && exercise.run_id)
    return <Redirect to={`/exercises/runs/${exercise.run_id}`} replace />;
  if (!exercise)
    return (
      <>
        <PageHeader title={shared.exercises} back={{ to: "/exercises", label: shared.back }} />
        {error ? <Missing error={error} onRetry={() => void refetch()} /> : <Loading />}
      </>
    );
  return (
    <>
      <PageHeader
        title={exercise.title || words.untitled}
        back={{ to: "/exercises", label: shared.back }}
        about={<About exercise={exercise} />}
      >
        <Actions exercise={exercise} />
      </PageHeader>
      <Outcome exercise={exercise} />
      <Tabs
        label={words.parts}
        tabs={[
          { name: "questions", title: `${words.questions} (${exercise.questions})` },
          { name: "attempts", title: words.attempts },
        ]}
        chosen={part}
        onChoose={setPart}
      >
        {part === "questions" ? <Questions exercise={exercise} /> : <Attempts id={id} />}
      </Tabs>
    </>
  );
}

function Missing({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const words = useWords(WORDS);
  if (!(error instanceof Failure && error.status === 404))
    return <ErrorNote error={error} onRetry={onRetry} />;
  return (
    <Empty icon={FileQuestion} title={words.gone}>
      <p>{words.goneHint}</p>
    </Empty>
  );
}

function About({ exercise }: { exercise: ExerciseDetail }) {
  const shared = useWords(SHARED);
  const { number, time } = useFormats();
  const said = [
    shared.questions(exercise.questions),
    shared.points(number(exercise.points, 2)),
    exercise.language,
    time(exercise.created_at),
  ];
  return (
    <>
      <StateBadge exercise={exercise} />
      <span>{said.filter(Boolean).join(" · ")}</span>
    </>
  );
}

function Actions({ exercise: { id, title, questions } }: { exercise: ExerciseDetail }) {
  const words = useWords(WORDS);
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [isExporting, setExporting] = useState(false);
  const remove = useDelete();
  const onDelete = () =>
    remove({
      id,
      text: words.removed(title || words.untitled),
      hide: () => navigate("/exercises"),
      show: () => navigate(`/exercises/${id}`),
      after: () => {
        client.removeQueries({ queryKey: exerciseQuery(id).queryKey });
        return client.invalidateQueries({ queryKey: LISTS });
      },
    });
  return (
    <>
      {questions > 0 && (
        <>
          <Link className="button exercises-primary" href={`/exercises/${id}/test`}>
            <PencilLine aria-hidden />
            {words.test}
          </Link>
          <button type="button" onClick={() => setExporting(true)}>
            <Download aria-hidden />
            {words.export}
          </button>
        </>
      )}
      <button type="button" onClick={onDelete}>
        <Trash2 aria-hidden />
        {words.remove}
      </button>
      {isExporting && <ExportDialog id={id} onClose={() => setExporting(false)} />}
    </>
  );
}
