/** Where in the body, in the words of Jackson 2.19 with its source hidden. `position` counts characters from 0. */
export const jacksonLocation = (text: string, position: number): string => {
  const before = text.slice(0, Math.max(0, position));
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  return `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
};
