import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...readdirSync("docs")
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
  "bench/README.md",
  "examples/README.md",
  "examples/kubernetes/README.md",
  "examples/slurm/README.md",
  "samples/README.md",
  "test/goldens/README.md",
  "weights/README.md",
];

test.each(PAGES)("the files and headings that %s links to exist", (page) => {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  const missing = links.filter((link) => {
    if (link.includes("://")) return false;
    const [path, anchor] = link.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith(".md") && !anchors(file).includes(anchor);
  });
  expect(missing).toEqual([]);
});

/** A page without its blocks of code. */
function prose(page: string): string {
  return readFileSync(page, "utf8").replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** As GitHub makes them of headings. */
function anchors(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

test("README.md has at most 1,200 words beside tables and code", () => {
  const text = prose("README.md").replaceAll(/^\|.*$|<!--[\s\S]*?-->/gm, "");
  expect(text.split(/\s+/).filter((word) => /\w/.test(word)).length).toBeLessThanOrEqual(1200);
});

test("the lines that CONTRIBUTING.md changes in its walk-through are there, once each", () => {
  const page = readFileSync("CONTRIBUTING.md", "utf8");
  const changes = [...page.matchAll(/^```diff\n--- a\/(.+)\n-(.+)\n/gm)];
  expect(changes.length).toBeGreaterThan(0);
  for (const [, path, line] of changes) {
    expect(
      readFileSync(path, "utf8")
        .split("\n")
        .filter((other) => other === line),
    ).toHaveLength(1);
  }
});

test("the pages show every image of docs/triplets", () => {
  const text = readFileSync("docs/triplets.md", "utf8");
  for (const name of readdirSync("docs/triplets")) expect(text).toContain(`(triplets/${name})`);
});

describe("names of the code in pages", () => {
  const folder = mkdtempSync(join(tmpdir(), "centernet-docs-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The page's text after the script has gone over it, or what the script says. */
  function linked(page: string, { check = false } = {}): string {
    const path = join(folder, "page.md");
    writeFileSync(path, page);
    writeFileSync(
      join(folder, "code.ts"),
      "export const ONE = 1;\n\nexport function two(\n  a: number,\n): number {\n  return a;\n}\n",
    );
    try {
      execFileSync("node", ["scripts/codeLines.mjs", ...(check ? ["--check"] : []), path], { stdio: "pipe" });
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
    return readFileSync(path, "utf8");
  }

  test("lead to the lines of their declarations", () => {
    expect(linked("[`ONE`](code.ts) [`two`](code.ts#L9)")).toBe("[`ONE`](code.ts#L1) [`two`](code.ts#L3-L7)");
    expect(linked("[`ONE`](code.ts#L1)", { check: true })).toBe("[`ONE`](code.ts#L1)");
  });

  test("are refused where the lines or the names are not there", () => {
    expect(linked("[`ONE`](code.ts#L2)", { check: true })).toContain("ONE stands at #L1");
    expect(linked("[`three`](code.ts)")).toContain("code.ts declares no three");
    expect(linked("[`ONE`](other.ts)")).toContain("other.ts declares no ONE");
  });

  test("are right in docs/triplets.md", () => {
    const said = execFileSync("node", ["scripts/codeLines.mjs", "--check"], { encoding: "utf8" });
    expect(said).toContain("docs/triplets.md");
  });
});

describe("the line counts of docs/reading.md", () => {
  const folder = mkdtempSync(join(tmpdir(), "centernet-reading-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The page's text after the script has gone over it, or what the script says. */
  function counted(rows: readonly string[], { check = false } = {}): string {
    const path = join(folder, "page.md");
    writeFileSync(path, rows.join("\n"));
    writeFileSync(join(folder, "one.ts"), "1\n");
    writeFileSync(join(folder, "three.ts"), "1\n\n3\n");
    try {
      execFileSync("node", ["scripts/readingLines.mjs", ...(check ? ["--check"] : []), path], {
        stdio: "pipe",
      });
    } catch (error) {
      return String((error as { stderr: Buffer }).stderr);
    }
    return readFileSync(path, "utf8");
  }

  const RIGHT = ["| [a](one.ts), [b](three.ts) | 4 | x |", "| [b](three.ts) | 3 | |", "| together | 7 | |"];

  test("are those of the files, and their sums", () => {
    const wrong = [
      "| [a](one.ts), [b](three.ts) | 0 | x |",
      "| [b](three.ts) | 1,000 | |",
      "| together | 0 | |",
    ];
    expect(counted(wrong)).toBe(RIGHT.join("\n"));
    expect(counted(RIGHT, { check: true })).toBe(RIGHT.join("\n"));
  });

  test("are refused if they are wrong, or a file is missing", () => {
    expect(counted([...RIGHT.slice(0, 2), "| together | 8 | |"], { check: true })).toContain(
      "has 7 lines, not 8",
    );
    expect(counted(["| [c](missing.ts) | 1 | |"])).toContain("missing.ts");
    expect(counted(["no table"])).toContain("expected a table");
  });

  test("are right", () => {
    const said = execFileSync("node", ["scripts/readingLines.mjs", "--check"], { encoding: "utf8" });
    expect(said).toContain("docs/reading.md");
  });
});

test("docs/architecture.svg shows the folders and imports that there are", () => {
  const said = execFileSync("node", ["scripts/architecturePicture.mjs", "--check"], { encoding: "utf8" });
  expect(said).toContain("up to date");
});
