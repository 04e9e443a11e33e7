// The request that was just made, as code that runs: for a shell, for Python, for JavaScript.
// Python's and JavaScript's literals of strings, numbers, lists and objects are JSON's, so the body stays one.
import type { Asking } from "./conversation";

export type Dialect = "curl" | "python" | "javascript";

/** A caller without a key needs no header. */
interface Door {
  url: string;
  hasKey: boolean;
}

export function requestCode(dialect: Dialect, asked: Asking, door: Door): string {
  return { curl, python, javascript }[dialect](asked, door);
}

function curl(asked: Asking, { url, hasKey }: Door): string {
  const lines = [
    `curl -N -X POST ${quoted(url)}`,
    `-H 'Content-Type: application/json'`,
    ...(hasKey ? [`-H "Authorization: Bearer $FRESHET_KEY"`] : []),
    `-d ${quoted(JSON.stringify(asked))}`,
  ];
  return lines.join(" \\\n  ");
}

/** As one word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function python(asked: Asking, { url, hasKey }: Door): string {
  const key = hasKey ? `\n    "Authorization": f"Bearer {os.environ['FRESHET_KEY']}",` : "";
  return `import json
${hasKey ? "import os\n" : ""}import urllib.request

url = ${JSON.stringify(url)}
headers = {
    "Content-Type": "application/json",${key}
}
body = ${JSON.stringify(asked, null, 4)}

request = urllib.request.Request(url, json.dumps(body).encode(), headers)
with urllib.request.urlopen(request) as stream:
    for line in stream:
        data = line.decode().strip().removeprefix("data: ")
        if not data.startswith("{"):
            continue
        event = json.loads(data)
        print(event.get("content", ""), end="", flush=True)
        if event["done"]:
            print("\\n", json.dumps(event, ensure_ascii=False, indent=2))
`;
}

function javascript(asked: Asking, { url, hasKey }: Door): string {
  const key = hasKey ? `\n    Authorization: \`Bearer \${process.env.FRESHET_KEY}\`,` : "";
  return `const response = await fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: {
    "Content-Type": "application/json",${key}
  },
  body: JSON.stringify(${indented(JSON.stringify(asked, null, 2))}),
});
if (!response.ok) throw new Error(await response.text());

let text = "";
const decoder = new TextDecoder();
for await (const bytes of response.body) {
  text += decoder.decode(bytes, { stream: true });
  const lines = text.split("\\n");
  text = lines.pop();
  for (const line of lines) {
    if (!line.startsWith("data: {")) continue;
    const event = JSON.parse(line.slice("data: ".length));
    if (event.content) process.stdout.write(event.content);
    if (event.done) console.log("\\n", event);
  }
}
`;
}

function indented(text: string): string {
  return text.replaceAll("\n", "\n  ");
}
