/** Map.toString of a Java map. */
export const javaMapText = (map: Readonly<Record<string, string>>): string =>
  `{${Object.entries(map)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')}}`;
