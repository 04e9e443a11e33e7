// One exercise on the list.
import { useQueryClient } from "@tanstack/react-query";
import { PencilLine, Trash2 } from "lucide-react";
import { Link } from "wouter";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge } from "../../ui/feedback";
import type { Exercise } from "../kinds";
import { LISTS } from "../queries";
import { StateBadge } from "../StateBadge";
import { useDelete } from "../useDelete";
import { WORDS as SHARED } from "../words";
import { WORDS } from "./words";

interface Props {
  exercise: Exercise;
  hide: (id: string, isHidden: boolean) => void;
}

export function ExerciseRow({ exercise, hide }: Props) {
  const words = useWords(WORDS);
  const shared = useWords(SHARED);
  const { number, time } = useFormats();
  const client = useQueryClient();
  const remove = useDelete();
  const { id, state, run_id } = exercise;
  const title = exercise.title || words.untitled;
  const isWritten = state === "generating" && run_id;
  return (
    <li className="card exercises-row">
      <div className="stack exercises-row-main">
        <h2>
          <Link href={isWritten ? `/exercises/runs/${run_id}` : `/exercises/${id}`}>{title}</Link>
        </h2>
        <div className="row">
          <StateBadge exercise={exercise} />
          {exercise.origin === "imported" && <Badge>{words.imported}</Badge>}
          {exercise.types.map((type) => (
            <Badge key={type}>{shared.kind[type]}</Badge>
          ))}
        </div>
        <p className="soft small">
          {[
            shared.questions(exercise.questions),
            shared.points(number(exercise.points, 1)),
            time(exercise.created_at),
          ].join(" · ")}
        </p>
      </div>
      <div className="row">
        {exercise.questions > 0 && (
          <Link className="button small" href={`/exercises/${id}/test`} aria-label={words.testNamed(title)}>
            <PencilLine aria-hidden />
            {words.test}
          </Link>
        )}
        <button
          type="button"
          className="plain small"
          title={words.remove}
          aria-label={words.removeNamed(title)}
          onClick={() =>
            remove({
              id,
              text: words.removed(title),
              hide: () => hide(id, true),
              show: () => hide(id, false),
              after: () => client.invalidateQueries({ queryKey: LISTS }),
            })
          }
        >
          <Trash2 aria-hidden />
        </button>
      </div>
    </li>
  );
}
