/** `name`, as the server writes identifiers. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
