import { describe, expect, it } from "vitest";
import { refusal } from "./send";

const xml = (code: string, message: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

describe("refusal", () => {
  it("has S3's code and words", () => {
    const failure = refusal(400, xml("EntityTooLarge", "Your upload exceeds the maximum &amp; more"));
    expect([failure.status, failure.code, failure.message]).toEqual([
      400,
      "EntityTooLarge",
      "Your upload exceeds the maximum & more",
    ]);
  });

  it("tells an expired form from other refusals", () => {
    expect(refusal(403, xml("AccessDenied", "Invalid according to Policy: Policy expired.")).code).toBe(
      "ExpiredForm",
    );
    expect(refusal(403, xml("AccessDenied", "Access Denied")).code).toBe("AccessDenied");
  });

  it("makes do with an answer that is no XML", () => {
    expect(refusal(502, "Bad gateway").message).toBe("HTTP 502");
  });
});
