/** How the keys of a block in another project's network become parameter names of this project. */
export interface KeyPattern {
  /** Matches the start of a path: the block's own. */
  readonly pattern: RegExp;
  /** The block's scope here, from the groups that the pattern captured. */
  readonly scope: (...groups: string[]) => string;
  /** Names of variables below the block → names of parameters below the scope. */
  readonly block: ReadonlyMap<string, string>;
}

/** Returns the parameter for a path of the other network, or undefined if no pattern matches it. */
export function parameterAt(
  path: string,
  patterns: readonly KeyPattern[],
  separator: string,
): string | undefined {
  for (const { pattern, scope, block } of patterns) {
    const match = pattern.exec(path);
    if (!match || !path.startsWith(separator, match[0].length)) continue;
    const name = block.get(path.slice(match[0].length + separator.length));
    return name && `${scope(...match.slice(1))}.${name}`;
  }
  return undefined;
}
