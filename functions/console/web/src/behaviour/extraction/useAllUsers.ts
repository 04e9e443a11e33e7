// The extraction of all users in the background. Its progress is asked for again and again, by which it is there
// after a reload, and after a network that was gone.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { answered, api, type Schemas } from "../../api/client";
import { bodyOf, type Options } from "./options";

export type AllProgress = Schemas["Progress"];

const POLL_MS = 1_000;
const KEY = ["extraction-of-all"];

export const isGoing = (progress: AllProgress | undefined): boolean =>
  progress?.status === "queued" || progress?.status === "running";

export function useAllUsers() {
  const queries = useQueryClient();
  const progress = useQuery({
    queryKey: KEY,
    queryFn: () => answered(api.GET("/api/v1/events/extract/progress", {})) as Promise<AllProgress>,
    refetchInterval: (query) => (isGoing(query.state.data) ? POLL_MS : false),
  });
  const going = isGoing(progress.data);
  const wasGoing = useRef(going);
  useEffect(() => {
    if (wasGoing.current && !going) queries.invalidateQueries({ queryKey: ["behaviour"] });
    wasGoing.current = going;
  }, [going, queries]);

  const look = () => queries.invalidateQueries({ queryKey: KEY });
  const start = useMutation({
    mutationFn: (options: Options) =>
      answered(api.POST("/api/v1/events/extract", { body: bodyOf(options) as Schemas["Extract"] })),
    onSettled: look,
  });
  const stop = useMutation({
    mutationFn: (run_id: string) =>
      answered(api.POST("/api/v1/runs/{run_id}/stop", { params: { path: { run_id } } })),
    onSettled: look,
  });
  return { progress, start, stop };
}
