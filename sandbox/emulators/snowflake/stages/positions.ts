/** The highest position ($1, $2, …) that a part of a statement names; 0 when it names none. */
export const highestPosition = (node: unknown): number => {
  if (Array.isArray(node)) return node.reduce<number>((highest, item) => Math.max(highest, highestPosition(item)), 0);
  if (typeof node !== 'object' || node === null) return 0;
  const { kind, index } = node as { kind?: string; index?: unknown };
  if (kind === 'position' && typeof index === 'number') return index;
  return highestPosition(Object.values(node));
};

/** Stage references anywhere in a part of a statement, in the order in which they stand there. */
export const findNodes = <T>(node: unknown, kind: string): T[] => {
  if (Array.isArray(node)) return node.flatMap((item) => findNodes<T>(item, kind));
  if (typeof node !== 'object' || node === null) return [];
  if ((node as { kind?: string }).kind === kind) return [node as T];
  return Object.values(node).flatMap((value) => findNodes<T>(value, kind));
};
