// Models, tools and secrets, as the server has them.
import { useQuery } from "@tanstack/react-query";
import { answered, api, type Schemas } from "../../api/client";

export type Model = Schemas["Model"];
export type NewModel = Schemas["NewModel"];
export type Tool = Schemas["Tool"];
export type NewTool = Schemas["NewTool"];
export type Secret = Schemas["Secret"];
export type Trial = Schemas["Trial"];

export const MODELS = ["models"] as const;
export const TOOLS = ["tools"] as const;
export const SECRETS = ["secrets"] as const;

export const useModels = () =>
  useQuery({ queryKey: MODELS, queryFn: async () => (await answered(api.GET("/api/v1/models"))).items });

export const useTools = () =>
  useQuery({ queryKey: TOOLS, queryFn: async () => (await answered(api.GET("/api/v1/tools"))).items });

export const useSecrets = () =>
  useQuery({ queryKey: SECRETS, queryFn: async () => (await answered(api.GET("/api/v1/secrets"))).items });

/** Without an id, a new one. */
export function savedModel(id: number | null, body: NewModel): Promise<Model> {
  if (id === null) return answered(api.POST("/api/v1/models", { body }));
  return answered(api.PUT("/api/v1/models/{model_id}", { params: { path: { model_id: id } }, body }));
}

export function savedTool(id: number | null, body: NewTool): Promise<Tool> {
  if (id === null) return answered(api.POST("/api/v1/tools", { body }));
  return answered(api.PUT("/api/v1/tools/{tool_id}", { params: { path: { tool_id: id } }, body }));
}

export const triedModel = (id: number): Promise<Trial> =>
  answered(api.POST("/api/v1/models/{model_id}/test", { params: { path: { model_id: id } } }));

export const removedModel = (id: number) =>
  answered(api.DELETE("/api/v1/models/{model_id}", { params: { path: { model_id: id } } }));

export const removedTool = (id: number) =>
  answered(api.DELETE("/api/v1/tools/{tool_id}", { params: { path: { tool_id: id } } }));

export const keptSecret = (name: string, value: string) =>
  answered(
    api.PUT("/api/v1/secrets/{secret_name}", { params: { path: { secret_name: name } }, body: { value } }),
  );

export const removedSecret = (name: string) =>
  answered(api.DELETE("/api/v1/secrets/{secret_name}", { params: { path: { secret_name: name } } }));
