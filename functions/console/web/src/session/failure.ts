// Why somebody who came back from the sign-in page is not signed in.

/**
 * `refused`: the sign-in page or its token endpoint said no; `message` is what it said.
 * `unknown`: what came back does not answer a sign-in that was begun in this tab; `message` is a code, if any.
 */
export class SignInFailure extends Error {
  override readonly name = "SignInFailure";

  readonly is: "refused" | "unknown";

  constructor(is: "refused" | "unknown", message: string) {
    super(message);
    this.is = is;
  }
}
