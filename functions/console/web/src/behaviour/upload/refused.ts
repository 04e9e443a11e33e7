// The rows of a log that were refused, each with its own text where the file is at hand: nothing is lost.
import type { Schemas } from "../../api/client";
import { textOf } from "./columns";
import type { Outcome } from "./sending";

export interface RefusedRow {
  line: number;
  /** Of a JSON list, from 1. */
  element: number | null;
  reason: string;
  text: string;
}

const READ_BYTES = 4_000_000; // more is not read into the page for a few lines

export async function refusedRows(file: File, { problems }: Outcome): Promise<RefusedRow[]> {
  const lines = problems.length && file.size <= READ_BYTES ? (await textOf(file)).split(/\r\n|\n|\r/) : [];
  return problems.map((problem) => refused(problem, lines));
}

function refused({ line, element, reason }: Schemas["RowProblem"], lines: string[]): RefusedRow {
  return { line, element: element ?? null, reason, text: lines[line - 1]?.trim() ?? "" };
}
