import { expect, test } from "vitest";
import { NameTable } from "../../../src/cli/lists/nameTable.ts";

test("a hundred thousand similar names are all different, as text and as bytes", () => {
  const table = new NameTable(true);
  const bytes = new NameTable();
  for (let i = 0; i < 100_000; i++) {
    expect(table.set(`photos/${i}.jpg`, i)).toBe(true);
    expect(bytes.add(Buffer.from(`photos/${i}.jpg`))).toBe(true);
  }
  expect(table.size).toBe(100_000);
  for (let i = 0; i < 100_000; i += 997) {
    expect(table.get(`photos/${i}.jpg`)).toBe(i);
    expect(table.set(`photos/${i}.jpg`, -1)).toBe(false);
    expect(bytes.add(Buffer.from(`photos/${i}.jpg`))).toBe(false);
  }
  expect(table.get("photos/100000.jpg")).toBeUndefined();
  expect([bytes.has("photos/7.jpg"), bytes.has("photos/x.jpg"), bytes.has("")]).toEqual([true, false, false]);
});

test("two names of one hash both stay if somebody tells them apart", () => {
  const table = new NameTable(true);
  const never = () => false;
  // The same name twice has the same hash, as two names might.
  expect(table.set("a", 1, never)).toBe(true);
  expect(table.set("a", 2, never)).toBe(true);
  for (let i = 0; i < 5000; i++) table.set(`b${i}`, i);
  expect(table.get("a", (value) => value === 1)).toBe(1);
  expect(table.get("a", (value) => value === 2)).toBe(2);
});
