/**
 * Lays out compact JSON as Snowflake prints a VARIANT: an element a line, indented, `"key": value`. The text of numbers and strings
 * stays as it is, so nothing is lost that a double could not hold.
 */
export const indentedJson = (text: string, indent: number): string => {
  const first = text[0];
  if (indent === 0 || (first !== '{' && first !== '[')) return text;
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  const newline = (): string => `\n${' '.repeat(depth * indent)}`;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') {
      index = endOfString(text, index);
      continue;
    }
    if (character === '{' || character === '[') {
      const empty = text[index + 1] === (character === '{' ? '}' : ']');
      if (empty) {
        index++;
        continue;
      }
      depth++;
      parts.push(text.slice(from, index + 1), newline());
      from = index + 1;
    } else if (character === '}' || character === ']') {
      depth--;
      parts.push(text.slice(from, index), newline());
      from = index;
    } else if (character === ',') {
      parts.push(text.slice(from, index + 1), newline());
      from = index + 1;
    } else if (character === ':') {
      parts.push(text.slice(from, index + 1), ' ');
      from = index + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.join('');
};

/** The index of the closing quote. */
const endOfString = (text: string, start: number): number => {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
};
