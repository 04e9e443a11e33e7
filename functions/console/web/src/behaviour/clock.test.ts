import { describe, expect, it } from "vitest";
import { clock, dateOf, wall } from "./clock";

describe("clock", () => {
  it("shows what the log's clock showed, whatever its offset", () => {
    expect(clock("en").time(wall("2026-03-02T07:14:57+08:00"))).toBe("07:14");
    expect(clock("en").time(wall("2026-03-02T07:14:57.250-05:00"))).toBe("07:14");
    expect(dateOf(wall("2026-03-02T23:59:00+08:00"))).toBe("2026-03-02");
  });

  it("says a day once", () => {
    expect(clock("en").span("2026-03-02T07:14:57+08:00", "2026-03-02T08:00:00+08:00")).toBe(
      "2 Mar 2026, 07:14 – 08:00",
    );
    expect(clock("zh").span("2026-03-02T07:14:57+08:00", "2026-03-03T08:00:00+08:00")).toBe(
      "2026年3月2日 07:14 – 2026年3月3日 08:00",
    );
  });

  it("shows a dash for what is no time", () => {
    expect(clock("en").full("never")).toBe("–");
  });
});
