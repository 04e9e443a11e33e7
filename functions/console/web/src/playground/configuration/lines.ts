// Headers as lines of `Name: value`, the way everybody writes them.

export function linesOf(members: Record<string, string>): string {
  return Object.entries(members)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

/** The members, or the number of the first line that is none. */
export function membersOf(text: string): Record<string, string> | number {
  const members: Record<string, string> = {};
  for (const [at, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const colon = line.indexOf(":");
    if (colon < 1) return at + 1;
    members[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return members;
}
