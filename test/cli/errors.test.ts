import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { EXIT, errorMessage, exitCodeOf, Interruption } from "../../src/cli/failures.ts";
import { BackendError, ImageError, ModelError, UsageError } from "../../src/errors.ts";

const fault = { where: "x", expected: "a", got: "b" };

test("each class of error has its exit code", () => {
  expect(exitCodeOf(new UsageError(fault))).toBe(1);
  expect(exitCodeOf(new ModelError(fault))).toBe(2);
  expect(exitCodeOf(new BackendError(fault))).toBe(2);
  expect(exitCodeOf(new ImageError(fault))).toBe(3);
  expect(exitCodeOf(new Interruption("", EXIT.interrupted))).toBe(130);
  expect(exitCodeOf(new TypeError("x is not a function"))).toBe(70);
  expect(exitCodeOf("thrown text")).toBe(70);
});

test("an unexpected error is one line that owns up to being a bug; its stack is there on request", () => {
  const error = new TypeError("x is not\na function");
  expect(errorMessage(error, false)).toMatch(
    /^x is not\\na function: this is a bug, .*CENTERNET_DEBUG=1.*\)$/,
  );
  expect(errorMessage("text", false)).toMatch(/^text: this is a bug/);
  expect(errorMessage(error, true)).toBe(error.stack);
});

test("an expected error speaks for itself, with a stack nowhere", () => {
  expect(errorMessage(new ModelError(fault), true)).toBe("x: expected a, got b.");
  const text = "error: unknown option '--x'\n(Did you mean --y?)";
  expect(errorMessage(new CommanderError(1, "commander.unknownOption", text), true)).toBe(
    "option --x: expected an option of this command, got an unknown name. Did you mean --y?",
  );
  expect(errorMessage(new CommanderError(1, "commander.new", "error: x is odd"), true)).toBe(
    "arguments: expected a call as in --help, got x is odd. See centernet --help.",
  );
});

test("a current folder that was deleted is no bug", () => {
  const gone = Object.assign(new Error("ENOENT: process.cwd failed, uv_cwd"), { syscall: "uv_cwd" });
  expect(exitCodeOf(gone)).toBe(EXIT.usage);
  expect(errorMessage(gone, false)).toBe(
    "current folder: expected one that exists, got none: it was deleted. Change to another folder, and call the command there.",
  );
});
