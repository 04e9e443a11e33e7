import { describe, expect, it } from "vitest";
import { columnsIn, columnsOf, fieldIn } from "./columns";

describe("columns", () => {
  it("are a table's head, with the first row's cells", () => {
    expect(columnsIn('时间戳A,"做了什么, 在哪"\r\n2026-03-02,"打开, 手机"\r\n')).toEqual([
      { name: "时间戳A", example: "2026-03-02" },
      { name: "做了什么, 在哪", example: "打开, 手机" },
    ]);
  });

  it.each(["甲\t乙\n1\t2", "甲;乙\n1;2"])("finds the delimiter of %j", (text) => {
    expect(columnsIn(text).map(({ name }) => name)).toEqual(["甲", "乙"]);
  });

  it.each(['[{"a": "}", "b": {"c": 1}}, {"d": 2}]', '{"a": "}", "b": {"c": 1}}\n{"d": 2}'])(
    "are the members of the first object of %s",
    (text) => {
      expect(columnsIn(text)).toEqual([
        { name: "a", example: "}" },
        { name: "b", example: '{"c":1}' },
      ]);
    },
  );

  it("are read in the encoding of Chinese spreadsheets, too", async () => {
    const file = new File([new Uint8Array([0xca, 0xb1, 0xbc, 0xe4, 0x2c, 0x61, 0x0a])], "log.csv");
    expect((await columnsOf(file)).map(({ name }) => name)).toEqual(["时间", "a"]);
  });

  it("are none of an empty text", () => {
    expect(columnsIn("")).toEqual([]);
  });
});

describe("fieldIn", () => {
  it("finds what the server misses", () => {
    expect(fieldIn("no column is `time`")).toBe("time");
    expect(fieldIn("`colour` is none of them")).toBeNull();
  });
});
