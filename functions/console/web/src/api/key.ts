/** An Idempotency-Key. Not `crypto.randomUUID`: a page from a plain http:// address has none. */
export function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
