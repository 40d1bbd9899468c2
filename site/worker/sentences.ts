/** The library's hints name options of its API, and functions. The page has views and settings for them. */
const OWN_WORDS: readonly (readonly [words: string | RegExp, own: string])[] = [
  ["Give it as the option labelMap.", "Give it in the view Load, which names classes by it."],
  ["as the option weights", "in the view Load"],
  ["Give the option layout, or state it", "State it"],
  ['memory: "low"', "low memory"],
  ["with scales: [0.5]", "by the setting Scales of the image"],
  ["Images are for detect.", "Images are for the view Detect."],
  [/^describeGraph tells the names of nodes;.*$/, "The view Network has the names of nodes."],
];

/** An error's message with its hint in words of the page. What comes before the hint may be a file's own. */
export function inPageWords({
  message,
  fault,
}: {
  readonly message: string;
  readonly fault: unknown;
}): string {
  const { hint = "" } = fault as { readonly hint?: string };
  if (hint === "" || !message.endsWith(hint)) return message;
  const own = OWN_WORDS.reduce((said, [words, ours]) => said.replace(words, ours), hint);
  return message.slice(0, -hint.length) + own;
}
