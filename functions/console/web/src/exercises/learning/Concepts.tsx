// Every concept that an answer counted for, in alphabetical order.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Brain } from "lucide-react";
import { answered, api, type Schemas } from "../../api/client";
import { useFormats } from "../../language/formats";
import { useWords } from "../../language/language";
import { Badge, Empty, ErrorNote, Loading, type Tone } from "../../ui/feedback";
import { PROFILE } from "../queries";
import { Recall } from "./DueList";
import { WORDS } from "./words";

type Concept = Schemas["KnownConcept"];

const TONES: Record<Concept["state"], Tone> = { new: "", learning: "accent", mastered: "good" };
const PAGE = 50;

export function Concepts() {
  const words = useWords(WORDS);
  const list = useInfiniteQuery({
    queryKey: [...PROFILE, "concepts"],
    queryFn: ({ pageParam: cursor }) =>
      answered(
        api.GET("/api/v1/user/profile", {
          params: { query: { limit: PAGE, ...(cursor && { cursor }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: ({ mastery }) => mastery.next_cursor ?? undefined,
  });
  if (list.isPending) return <Loading />;
  if (list.isError) return <ErrorNote error={list.error} onRetry={() => void list.refetch()} />;
  const concepts = list.data.pages.flatMap(({ mastery }) => mastery.items);
  if (!concepts.length)
    return (
      <Empty icon={Brain} title={words.noConcepts}>
        <p>{words.noConceptsHint}</p>
      </Empty>
    );
  return (
    <div className="stack">
      <div className="card scroll">
        <table className="exercises-facts">
          <thead>
            <tr>
              <th scope="col">{words.concept}</th>
              <th scope="col">{words.state}</th>
              <th scope="col">{words.known}</th>
              <th scope="col" className="number">
                {words.score}
              </th>
              <th scope="col" className="number">
                {words.reviews}
              </th>
              <th scope="col">{words.last}</th>
              <th scope="col">{words.next}</th>
            </tr>
          </thead>
          <tbody>
            {concepts.map((concept) => (
              <Row key={concept.concept} concept={concept} />
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <button
          type="button"
          className="exercises-more"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {words.more}
        </button>
      )}
    </div>
  );
}

function Row({ concept }: { concept: Concept }) {
  const words = useWords(WORDS);
  const { day, number, percent, time } = useFormats();
  return (
    <tr>
      <th scope="row" className="exercises-concept" dir="auto">
        {concept.concept}
      </th>
      <td>
        <Badge tone={TONES[concept.state]}>{words.states[concept.state]}</Badge>
      </td>
      <td>
        <Recall
          share={concept.retrievability}
          label={`${words.known}: ${concept.concept}`}
          said={percent(concept.retrievability)}
        />
      </td>
      <td className="number">{percent(concept.score)}</td>
      <td className="number">{number(concept.reviews)}</td>
      <td>{day(concept.last_practised)}</td>
      <td>{time(concept.due)}</td>
    </tr>
  );
}
