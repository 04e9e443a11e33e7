// What this part asks the API for, and under which keys it is kept.
import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { answered, api } from "../api/client";
import type { Attempt, ExerciseDetail, ExerciseSheet, Question } from "./kinds";

const ALL = ["exercises"];
const path = (exercise_id: string) => ({ path: { exercise_id } });

export const LISTS = [...ALL, "lists"];
export const DUE = [...ALL, "due"];
export const PROFILE = [...ALL, "profile"];

/** With answers, explanations and sources: for those who teach. */
export const exerciseQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL, id, "detail"],
    queryFn: async () =>
      (await answered(api.GET("/api/v1/exercises/{exercise_id}", { params: path(id) }))) as ExerciseDetail,
  });

/** Without: for those who take the test. */
export const sheetQuery = (id: string) =>
  queryOptions({
    queryKey: [...ALL, id, "sheet"],
    queryFn: async () => {
      const params = { ...path(id), query: { answers: false } };
      return (await answered(api.GET("/api/v1/exercises/{exercise_id}", { params }))) as ExerciseSheet;
    },
    staleTime: Number.POSITIVE_INFINITY, // questions don't change under the hands of who answers them
  });

export const attemptsKey = (id: string) => [...ALL, id, "attempts"];

export const attemptQuery = (id: string, attempt_id: string) =>
  queryOptions({
    queryKey: [...attemptsKey(id), attempt_id],
    queryFn: (): Promise<Attempt> =>
      answered(
        api.GET("/api/v1/exercises/{exercise_id}/attempts/{attempt_id}", {
          params: { path: { exercise_id: id, attempt_id } },
        }),
      ),
  });

export const modelsQuery = queryOptions({
  queryKey: ["models", "names"],
  queryFn: () => answered(api.GET("/api/v1/models")),
});

export const dueQuery = queryOptions({
  queryKey: DUE,
  queryFn: () => answered(api.GET("/api/v1/exercises/due", { params: { query: { limit: 20 } } })),
});

/** Puts another version of a question in its place, wherever the exercise is shown. */
export function replaceQuestion(client: QueryClient, exerciseId: string, question: Question): void {
  client.setQueryData(exerciseQuery(exerciseId).queryKey, (before) =>
    before
      ? { ...before, items: before.items.map((one) => (one.id === question.id ? question : one)) }
      : before,
  );
  void client.invalidateQueries({ queryKey: sheetQuery(exerciseId).queryKey, refetchType: "none" });
  void client.invalidateQueries({ queryKey: LISTS });
}

/** After an attempt: what is due, and what is known, is another. */
export function practised(client: QueryClient, exerciseId: string): void {
  void client.invalidateQueries({ queryKey: DUE });
  void client.invalidateQueries({ queryKey: PROFILE });
  void client.invalidateQueries({ queryKey: attemptsKey(exerciseId), exact: true });
}
