// What requests say of their caller. Who signs in or out sets it (`session.tsx`); everything else only reads it.

type Source = () => Promise<string | undefined>;

let source: Source = async () => undefined;
let given: string | undefined;
let onLost: () => void = () => undefined;
const endings = new Set<() => void>();

/** The `Authorization` header, or undefined where none is needed (a laptop's own Freshet). Throws Failure. */
export async function authorization(): Promise<string | undefined> {
  given = await source();
  return given;
}

export function setAuthorization(next: Source): void {
  source = next;
  given = undefined;
}

/** A request with this header got a 401: the session is over, unless somebody else's has begun meanwhile. */
export function lostSession(sent: string | undefined): void {
  if (sent === given) onLost();
}

export function onLostSession(hear: () => void): void {
  onLost = hear;
}

/** For what goes on in the background, whatever page is open: it ends with its caller. */
export function onSignOut(end: () => void): void {
  endings.add(end);
}

export function signedOut(): void {
  for (const end of endings) end();
}
