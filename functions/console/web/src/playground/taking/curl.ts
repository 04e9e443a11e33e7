// A request as a command that can be run elsewhere.
import { concise, type Play } from "../chat/request";

/** Where a key is needed it is taken from the shell: a copied command is pasted into chats and issues. */
export function curl(play: Play, api: string, hasKey: boolean): string {
  const parts = [
    `curl ${play.stream ? "-N " : ""}-X POST ${quoted(new URL("api/debug/chat", api).href)}`,
    `-H ${quoted("Content-Type: application/json")}`,
    ...(hasKey ? ['-H "Authorization: Bearer $FRESHET_KEY"'] : []),
    `-d ${quoted(JSON.stringify(concise(play)))}`,
  ];
  return parts.join(" \\\n  ");
}

/** For a POSIX shell, in which nothing is special between single quotes but their end. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
