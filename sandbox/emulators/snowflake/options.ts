import type { ObjectName, Options, OptionValue } from '../../wire/snowflake-sql/ast.ts';
import { invalidProperty, invalidValue, unsupportedFeature } from './errors.ts';

/** Reading of NAME = value lists: what a statement takes is named, all else is refused with Snowflake's own error. */

export const optionText = (value: OptionValue): string => {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'word':
      return value.value;
    case 'number':
    case 'boolean':
      return String(value.value);
    default:
      return '';
  }
};

export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return value === undefined ? undefined : optionText(value);
};

export const booleanOption = (options: Options, name: string): boolean | undefined => {
  const value = options[name];
  if (value === undefined) return undefined;
  if (value.kind === 'boolean') return value.value;
  const text = optionText(value);
  if (!/^(true|false)$/i.test(text)) throw invalidValue(text, name);
  return /^true$/i.test(text);
};

export const numberOption = (options: Options, name: string): number | undefined => {
  const value = options[name];
  if (value === undefined) return undefined;
  const text = optionText(value);
  if (!/^-?\d+$/.test(text)) throw invalidValue(text, name);
  return Number(text);
};

export const listOption = (options: Options, name: string): string[] | undefined => {
  const value = options[name];
  if (value === undefined) return undefined;
  return value.kind === 'list' ? value.items.map(optionText) : [optionText(value)];
};

export const nestedOptions = (options: Options, name: string): Options | undefined => {
  const value = options[name];
  if (value === undefined) return undefined;
  if (value.kind === 'options') return value.options;
  if (value.kind === 'list' && value.items.length === 0) return {};
  throw invalidValue(optionText(value), name);
};

/** The name of an object as an option's value: a word or a text. */
export const nameOption = (value: OptionValue): ObjectName | string | undefined => {
  if (value.kind === 'word') return value.name;
  if (value.kind === 'string') return value.value;
  return undefined;
};

/** Throws for an option that is neither taken nor, by name, refused. */
export const checkOptions = (
  options: Options,
  object: string,
  taken: readonly string[],
  notEmulated: readonly string[] = [],
): void => {
  for (const name of Object.keys(options)) {
    if (notEmulated.includes(name)) throw unsupportedFeature(`${name} of ${object}`);
    if (!taken.includes(name)) throw invalidProperty(name, object);
  }
};
