// The caller's keys at the API.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../../api/client";

export type Key = Schemas["Key"];
export type IssuedKey = Schemas["IssuedKey"];

const KEY = ["activity", "keys"];

export function useKeys() {
  return useQuery({ queryKey: KEY, queryFn: () => answered(api.GET("/api/v1/keys")) });
}

export function useMakeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => answered(api.POST("/api/v1/keys", { body: { name } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}

export function useRevokeKey() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (key_id: string) =>
      answered(api.DELETE("/api/v1/keys/{key_id}", { params: { path: { key_id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
}
