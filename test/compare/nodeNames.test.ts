import { expect, test } from "vitest";
import { nameTensors, parseNameMap } from "../../src/compare/dump/nodeNames.ts";

const NODES = ["stem.conv2d", "stem.relu", "head.out"];
const dumpOf = (...names: string[]) => ({
  where: "dump",
  tensors: new Map(names.map((name) => [name, undefined])),
});
const named = (names: string[], map: Record<string, string> = {}) =>
  nameTensors(dumpOf(...names), NODES, new Map(Object.entries(map)));

test("tensors have names of nodes, or get them from the map; the rest is surplus", () => {
  const { byNode, surplus } = named(["conv1", "input", "head.out", "loss"], { conv1: "stem.conv2d" });
  expect(byNode).toEqual(
    new Map([
      ["stem.conv2d", "conv1"],
      ["input", "input"],
      ["head.out", "head.out"],
    ]),
  );
  expect(surplus).toEqual(["loss"]);
});

test("a map with unknown names is refused, with what was probably meant", () => {
  expect(() => named(["conv1"], { conv1: "stem.conv2" })).toThrow(
    'names: expected the name of a node for "conv1", got "stem.conv2". Did you mean stem.conv2d?',
  );
  expect(() => named(["conv1"], { conv2: "stem.relu" })).toThrow(
    'names: expected the name of a tensor of dump, got "conv2". Did you mean conv1?',
  );
  expect(() => named(["conv1"], { "stem.relu": "conv1" })).toThrow(
    "The map goes from the dump's names to those of nodes: turn it round.",
  );
});

test("two tensors of one node are refused, and so is a dump without any", () => {
  expect(() => named(["conv1", "stem.relu"], { conv1: "stem.relu" })).toThrow(
    'dump node stem.relu: expected one tensor, got "conv1" and "stem.relu".',
  );
  expect(() => named(["a", "b", "c", "d"])).toThrow(
    'dump: expected tensors that are named like nodes, got "a", "b", "c" and 1 more. describeGraph tells the names of nodes; the option names maps other names to them.',
  );
  expect(() => named([])).toThrow("got no tensor");
  expect(() => named(["input"])).toThrow("got only the input");
});

test("a map is a JSON object of names, each once", () => {
  const parse = (text: string) => parseNameMap(new TextEncoder().encode(text), "map.json");
  expect(parse('{ "conv1": "stem.conv2d" }')).toEqual(new Map([["conv1", "stem.conv2d"]]));
  expect(() => parse('{ "a": "x", "a": "y" }')).toThrow('expected every key once, got key "a" again');
  expect(() => parse('{ "a": 1 }')).toThrow('map.json "a": expected a string, got 1');
  expect(() => parse("[]")).toThrow("map.json: expected an object, got an array");
  expect(() => parse('{ "a": ')).toThrow("map.json, character");
});
