// One file to S3 by a presigned POST. XMLHttpRequest, since `fetch` says nothing of what has been sent.
import { Failure, UNREACHABLE } from "../../api/failure";

export interface Form {
  url: string;
  fields: Record<string, string>;
}

/** `onProgress` hears the share that has been sent. Throws Failure with S3's code, and `signal`'s reason. */
export function send(
  form: Form,
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () =>
      request.status < 300 ? resolve() : reject(refusal(request.status, request.responseText));
    request.onerror = () => reject(new Failure({ code: "unreachable" }, UNREACHABLE));
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    if (signal.aborted) return reject(signal.reason);
    request.open("POST", form.url);
    request.send(body(form, file));
  });
}

/** S3 ignores every field after the file. */
function body({ fields }: Form, file: File): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append("file", file);
  return data;
}

/** S3's answer in XML as a failure. Its own code for an expired form is that of every refusal. */
export function refusal(status: number, xml: string): Failure {
  const code = element("Code", xml);
  const message = element("Message", xml);
  const isExpired = code === "AccessDenied" && /expired/i.test(message);
  return new Failure({ code: isExpired ? "ExpiredForm" : code, detail: message }, status);
}

function element(name: string, xml: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity: string) => ENTITIES[entity] ?? "");
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
