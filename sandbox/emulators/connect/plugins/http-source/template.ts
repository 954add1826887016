import { NotEmulated } from '../../../../core/not-emulated.ts';
import { ConnectError } from '../../connect-errors.ts';
import type { OffsetMap } from '../../plugin.ts';

// FreeMarker, as far as requests use it: `${offset.name}`, `${offset.timestamp?datetime.iso?long}`, `${offset.name!'default'}`.
// Directives (`<#if …>`), macros and other built-ins are refused by name when the task starts.

export type Template = (offset: OffsetMap) => string;

type Part = string | ((offset: OffsetMap) => string);

const interpolation = /\$\{([^}]*)\}/g;
const expression =
  /^\s*(offset\.)?([A-Za-z_][\w$]*)((?:\?[a-z_.]+(?:\("[^"]*"\)|\('[^']*'\))?)*)(?:!(?:"([^"]*)"|'([^']*)'))?\s*$/;

type BuiltIn = (value: string) => string;

const toEpochMs: BuiltIn = (value) => {
  const epochMs = Date.parse(value);
  if (Number.isNaN(epochMs)) {
    throw new ConnectError(`The string doesn't match the expected date/time/date-time format: ${value}`, {
      javaClass: 'freemarker.core._TemplateModelException',
    });
  }
  return String(epochMs);
};

const builtIns: Readonly<Record<string, BuiltIn>> = {
  'datetime.iso': (value) => value,
  long: (value) => (/^-?\d+$/.test(value) ? value : toEpochMs(value)),
  number: (value) => value,
  string: (value) => value,
  c: (value) => value,
  trim: (value) => value.trim(),
  lower_case: (value) => value.toLowerCase(),
  upper_case: (value) => value.toUpperCase(),
  url: encodeURIComponent,
};

const compileExpression = (text: string, withoutNamespace: boolean): Part => {
  const match = expression.exec(text);
  const [, namespace, name = '', suffixes = '', doubleQuoted, singleQuoted] = match ?? [];
  const names = suffixes.split('?').filter((builtIn) => builtIn !== '');
  const applied = names.map((builtIn) => builtIns[builtIn]);
  if (match === null || applied.includes(undefined) || (namespace === undefined && !withoutNamespace)) {
    throw new NotEmulated('connect', `FreeMarker expression \${${text}}`);
  }
  const fallback = doubleQuoted ?? singleQuoted;
  return (offset) => {
    const value = offset[name];
    if (value === undefined || value === null) {
      if (fallback !== undefined) return fallback;
      throw new ConnectError(`The following has evaluated to null or missing:\n==> ${namespace ?? ''}${name}`, {
        javaClass: 'freemarker.core.InvalidReferenceException',
      });
    }
    return applied.reduce((current, builtIn) => builtIn?.(current) ?? current, String(value));
  };
};

/** `withoutNamespace` also takes `${name}` for `${offset.name}`, as the connector's default template factory does. */
export const compileTemplate = (text: string, withoutNamespace: boolean): Template => {
  if (/<[#@/][#a-z]|#\{/.test(text)) throw new NotEmulated('connect', `FreeMarker directive in ${text}`);
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(interpolation)) {
    parts.push(text.slice(from, match.index), compileExpression(match[1] ?? '', withoutNamespace));
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return (offset) => parts.map((part) => (typeof part === 'string' ? part : part(offset))).join('');
};
