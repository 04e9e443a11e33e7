import { describe, expect, it } from "vitest";
import { addressIn, pathOf } from "./address";

describe("address", () => {
  it.each(["user_0001", "a/b", "100%", "王 小明", "a%2Fb", "what?#"])("keeps the user %s", (user) => {
    expect(addressIn(pathOf({ view: "timeline", user }))).toEqual({ view: "timeline", user });
  });

  it("is of all users where none is named", () => {
    expect(addressIn(pathOf({ view: "patterns", user: null }))).toEqual({ view: "patterns", user: null });
  });

  it("begins with the logs", () => {
    expect(addressIn("/events")).toEqual({ view: "logs", user: null });
    expect(addressIn("/events/nothing-such")).toEqual({ view: "logs", user: null });
  });

  it("bears what is no percent-encoding", () => {
    expect(addressIn("/events/logs/50%").user).toBe("50%");
  });
});
