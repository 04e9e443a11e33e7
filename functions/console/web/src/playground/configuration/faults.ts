// What the server says about single fields of a form that it refused.
import { Failure } from "../../api/failure";

/** The first complaint about this field, or about a part of it (`headers.X-A`). */
export function faultOf(error: Error | null, field: string): string | undefined {
  if (!(error instanceof Failure)) return undefined;
  return error.fields.find((one) => one.field === field || one.field.startsWith(`${field}.`))?.message;
}
