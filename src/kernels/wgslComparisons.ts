/**
 * Functions of WGSL whose results are NaN where an operand is, as everywhere else in this project: a network that
 * left float32 must end in an error. What `max`, `min` and `clamp` make of NaN is the device's choice, and most
 * drop it; even `x != x` is false for it where Dawn writes SPIR-V. So every condition here is one that a NaN fails.
 */
export const COMPARISONS: Readonly<Record<string, string>> = {
  relu: "fn relu(x: vec4f) -> vec4f { return select(x, vec4f(), x < vec4f()); }",
  relu6:
    "fn relu6(x: vec4f) -> vec4f { return select(select(x, vec4f(), x < vec4f()), vec4f(6), x > vec4f(6)); }",
  larger: "fn larger(a: vec4f, b: vec4f) -> vec4f { return select(a, b, (b > a) | !(b == b)); }",
};
