/** A block of a foreign network: where it stands there, what its scope is here, and what its variables are. */
export interface Place {
  /** What the block's path begins with. */
  readonly pattern: RegExp;
  /** Of the groups that the pattern caught. */
  readonly scope: (...groups: string[]) => string;
  /** Their name of a variable below the block → the parameter's below the scope. */
  readonly block: ReadonlyMap<string, string>;
}

/** The parameter that a path of the foreign network is; undefined where it is none of these places'. */
export function parameterAt(path: string, places: readonly Place[], separator: string): string | undefined {
  for (const { pattern, scope, block } of places) {
    const match = pattern.exec(path);
    if (!match || !path.startsWith(separator, match[0].length)) continue;
    const role = block.get(path.slice(match[0].length + separator.length));
    return role && `${scope(...match.slice(1))}.${role}`;
  }
  return undefined;
}
