import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { NotEmulated } from '../../../../core/not-emulated.ts';
import { textEncoderOf } from '../../../../wire/mysql/binlog/charsets.ts';
import { mysqlError } from '../../errors.ts';
import { sharedCollation } from '../query/compare.ts';
import { type Compiled, derive, type Frame, isConstant } from '../query/compiled.ts';
import type { Compiler } from '../query/compiler.ts';
import { choice, textLength } from '../query/expression.ts';
import { binaryCollation, defaultCollation, sortKey, utf8mb4 } from '../values/collation.ts';
import { toBytes, toDecimal, toInteger, toText } from '../values/convert.ts';
import { type Decimal, formatDecimal, rescale } from '../values/decimal.ts';
import { bigintType, binaryType, type Datum, kindOf, stringType } from '../values/sql-type.ts';
import { characterCount } from '../values/store.ts';
import { at, define, type FunctionDefinition, type FunctionList, integer, strict, text } from './function.ts';
import { compiledPattern, regularExpression } from './patterns.ts';

const isBinary = (inputs: readonly Compiled[]): boolean => inputs.some((input) => kindOf(input.type) === 'binary');

const lengthOf = (inputs: readonly Compiled[]): number =>
  inputs.reduce((sum, input) => sum + textLength(input.type), 0);

/** A function of texts; given bytes, it works on bytes and gives bytes. */
const onText = (
  inputs: readonly Compiled[],
  length: number,
  compute: (values: Exclude<Datum, null>[], read: (index: number) => string) => string | null,
): Compiled => {
  const binary = isBinary(inputs.slice(0, 1));
  const type = binary
    ? binaryType(length)
    : stringType(
        length,
        sharedCollation(
          inputs.filter((input) => kindOf(input.type) === 'string'),
          'concat',
        ),
      );
  return strict(type, inputs, (values) => {
    const read = (index: number): string => {
      const value = values[index] as Datum;
      const input = at(inputs, index);
      return binary
        ? Buffer.from(toBytes(value, input.type) as Uint8Array).toString('latin1')
        : (toText(value, input.type) as string);
    };
    const result = compute(values, read);
    return binary && result !== null ? Buffer.from(result, 'latin1') : result;
  });
};

const simple = (change: (value: string) => string): FunctionDefinition =>
  define(1, 1, (inputs) => onText(inputs, lengthOf(inputs), (_values, read) => change(read(0))));

/** Letters of one to one: ß stays ß, İ becomes i. Bytes have no case. */
const upperCased = (letter: string): string => {
  const changed = letter.toUpperCase();
  return [...changed].length === 1 ? changed : letter;
};
const lowerCased = (letter: string): string => [...letter.toLowerCase()][0] ?? letter;

const recased = (change: (value: string) => string): FunctionDefinition =>
  define(1, 1, (inputs) =>
    onText(inputs, lengthOf(inputs), (_values, read) => (isBinary(inputs) ? read(0) : change(read(0)))),
  );

const characters = (value: string): string[] => [...value];

const substring = (value: string, start: bigint, count: bigint | null): string => {
  const all = characters(value);
  const from = start > 0n ? Number(start) - 1 : start < 0n ? all.length + Number(start) : -1;
  if (from < 0 || from >= all.length) return '';
  const size = count === null ? all.length : Number(count);
  return size <= 0 ? '' : all.slice(from, from + size).join('');
};

const concat = define(1, 1000, (inputs) => {
  const binary = isBinary(inputs);
  const type = binary ? binaryType(lengthOf(inputs)) : stringType(lengthOf(inputs), sharedCollation(inputs, 'concat'));
  return strict(type, inputs, (values) => {
    if (binary)
      return Buffer.concat(values.map((value, index) => toBytes(value, at(inputs, index).type) as Uint8Array));
    let result = '';
    for (let index = 0; index < values.length; index++) result += text(values[index] as Datum, at(inputs, index));
    return result;
  });
});

const concatWithSeparator = define(2, 1000, (inputs) => {
  const [separator, ...rest] = inputs as [Compiled, ...Compiled[]];
  return derive(
    stringType(lengthOf(inputs) + textLength(separator.type) * rest.length, sharedCollation(inputs, 'concat_ws')),
    inputs,
    (frame) => {
      const between = toText(separator.evaluate(frame), separator.type);
      if (between === null) return null;
      const parts = rest.map((input) => toText(input.evaluate(frame), input.type)).filter((part) => part !== null);
      return parts.join(between);
    },
  );
});

const trimSide = (value: string, removed: string, side: string): string => {
  if (removed === '') return value;
  let result = value;
  if (side !== 'TRAILING') while (result.startsWith(removed)) result = result.slice(removed.length);
  if (side !== 'LEADING') while (result.endsWith(removed)) result = result.slice(0, -removed.length);
  return result;
};

const maximumResult = 67_108_864;

const pad = (left: boolean): FunctionDefinition =>
  define(3, 3, (inputs, _call, compiler) =>
    onText(inputs, 255, (values, read) => {
      const size = Number(integer(values[1] as Datum, at(inputs, 1), compiler));
      const all = characters(read(0));
      const filler = characters(read(2));
      if (size < 0 || size > maximumResult) return null;
      if (all.length >= size) return all.slice(0, size).join('');
      if (filler.length === 0) return read(0);
      if (filler.length === 0) return '';
      let padding = '';
      for (let index = 0; index < size - all.length; index++) padding += filler[index % filler.length];
      return left ? padding + all.join('') : all.join('') + padding;
    }),
  );

const locate = (
  needle: Compiled,
  haystack: Compiled,
  start: Compiled | null,
  compilerInputs: readonly Compiled[],
  startOf: (value: Datum) => number,
): Compiled => {
  const collation = isBinary([needle, haystack]) ? binaryCollation : sharedCollation([needle, haystack], 'locate');
  return strict(bigintType, compilerInputs, (values) => {
    const wanted = characters(text(values[0] as Datum, needle)).map((character) => fold(character));
    const all = characters(text(values[1] as Datum, haystack)).map((character) => fold(character));
    const from = start ? startOf(values[2] as Datum) : 1;
    if (from < 1) return 0n;
    for (let index = from - 1; index + wanted.length <= all.length; index++)
      if (wanted.every((character, offset) => all[index + offset] === character)) return BigInt(index + 1);
    return 0n;
  });
  function fold(character: string): string {
    return sortKey(character, { ...collation, pad: 'NO PAD' });
  }
};

const hash = (algorithm: string, length: number): FunctionDefinition =>
  define(1, 1, (inputs) =>
    strict(stringType(length), inputs, ([value]) =>
      createHash(algorithm)
        .update(toBytes(value as Datum, at(inputs, 0).type) as Uint8Array)
        .digest('hex'),
    ),
  );

const soundex = (value: string): string => {
  const codes: Readonly<Record<string, string>> = {
    B: '1',
    F: '1',
    P: '1',
    V: '1',
    C: '2',
    G: '2',
    J: '2',
    K: '2',
    Q: '2',
    S: '2',
    X: '2',
    Z: '2',
    D: '3',
    T: '3',
    L: '4',
    M: '5',
    N: '5',
    R: '6',
  };
  const letters = characters(value.toUpperCase()).filter((character) => /\p{L}/u.test(character));
  if (letters.length === 0) return '';
  let result = letters[0] as string;
  let last = codes[result] ?? '';
  for (const letter of letters.slice(1)) {
    if ('AEIOUHWY'.includes(letter)) continue;
    const code = codes[letter] ?? '';
    if (code !== '' && code !== last) result += code;
    last = code;
  }
  return result.padEnd(4, '0');
};

/** As the server keeps it: a text in its own character set. */
const bytesOf = (value: Datum, { type }: Compiled): Buffer => {
  const encode =
    typeof value === 'string' && !/^(utf8|binary)/.test(type.collation.charset)
      ? textEncoderOf(type.collation.charset)
      : undefined;
  return encode ? encode(value as string) : Buffer.from(toBytes(value, type) as Uint8Array);
};

const thousands = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** Position and occurrence of the regexp functions, from that argument on; in UTF-16 units of the value. */
const searchFrom = (
  inputs: readonly Compiled[],
  from: number,
  frame: Frame,
  { statement }: Compiler,
  usual: number,
): { start: number; wanted: number } => {
  const read = (index: number, fallback: number): number => {
    const input = inputs[index];
    return input ? Number(toInteger(input.evaluate(frame), input.type, statement) ?? 0n) : fallback;
  };
  return { start: Math.max(0, read(from, 1) - 1), wanted: Math.max(usual, read(from + 1, usual)) };
};

const matchesFrom = (expression: RegExp, value: string, start: number): RegExpExecArray[] => {
  const offset = [...value].slice(0, start).join('').length;
  const all = new RegExp(expression.source, expression.flags.includes('g') ? expression.flags : `${expression.flags}g`);
  all.lastIndex = offset;
  const found: RegExpExecArray[] = [];
  for (let match = all.exec(value); match; match = all.exec(value)) {
    found.push(match);
    if (match[0] === '') all.lastIndex++;
  }
  return found;
};

const separatorsOf = (locale: string): readonly [group: string, point: string] => {
  if (/^en_/.test(locale)) return [',', '.'];
  if (/^(de_DE|de_LU|es_ES|nl_BE|da_DK|id_ID|tr_TR|pt_BR)$/.test(locale)) return ['.', ','];
  throw new NotEmulated('mysql', `FORMAT with the locale ${locale}`);
};

export const stringFunctions: FunctionList = {
  CONCAT: concat,
  CONCAT_WS: concatWithSeparator,
  LENGTH: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) => BigInt(bytesOf(value as Datum, at(inputs, 0)).length)),
  ),
  OCTET_LENGTH: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) => BigInt(bytesOf(value as Datum, at(inputs, 0)).length)),
  ),
  BIT_LENGTH: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) => BigInt(bytesOf(value as Datum, at(inputs, 0)).length * 8)),
  ),
  CHAR_LENGTH: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) =>
      BigInt(value instanceof Uint8Array ? value.length : characterCount(text(value as Datum, at(inputs, 0)))),
    ),
  ),
  UPPER: recased((value) => [...value].map(upperCased).join('')),
  LOWER: recased((value) => [...value].map(lowerCased).join('')),
  LTRIM: simple((value) => value.replace(/^ +/, '')),
  RTRIM: simple((value) => value.replace(/ +$/, '')),
  REVERSE: simple((value) => characters(value).reverse().join('')),
  TRIM: define(1, 2, (inputs, call) =>
    onText(inputs, textLength(at(inputs, 0).type), (_values, read) =>
      trimSide(read(0), inputs.length > 1 ? read(1) : ' ', call.option ?? 'BOTH'),
    ),
  ),
  SUBSTRING: define(2, 3, (inputs, _call, compiler) =>
    onText(inputs, textLength(at(inputs, 0).type), (values, read) =>
      substring(
        read(0),
        integer(values[1] as Datum, at(inputs, 1), compiler),
        inputs.length > 2 ? integer(values[2] as Datum, at(inputs, 2), compiler) : null,
      ),
    ),
  ),
  LEFT: define(2, 2, (inputs, _call, compiler) =>
    onText(inputs, textLength(at(inputs, 0).type), (values, read) =>
      substring(read(0), 1n, integer(values[1] as Datum, at(inputs, 1), compiler)),
    ),
  ),
  RIGHT: define(2, 2, (inputs, _call, compiler) =>
    onText(inputs, textLength(at(inputs, 0).type), (values, read) => {
      const count = Number(integer(values[1] as Datum, at(inputs, 1), compiler));
      return count <= 0 ? '' : characters(read(0)).slice(-count).join('');
    }),
  ),
  REPEAT: define(2, 2, (inputs, _call, compiler) =>
    onText(inputs, 65_535, (values, read) => {
      const count = Number(integer(values[1] as Datum, at(inputs, 1), compiler));
      const value = read(0);
      if (count <= 0) return '';
      return value.length * count > maximumResult ? null : value.repeat(count);
    }),
  ),
  SPACE: define(1, 1, (inputs, _call, compiler) =>
    strict(stringType(255), inputs, ([value]) => {
      const count = Number(integer(value as Datum, at(inputs, 0), compiler));
      return count > maximumResult ? null : ' '.repeat(Math.max(0, count));
    }),
  ),
  REPLACE: define(3, 3, (inputs) =>
    onText(inputs, lengthOf(inputs), (_values, read) =>
      read(1) === '' ? read(0) : read(0).replaceAll(read(1), () => read(2)),
    ),
  ),
  INSERT: define(4, 4, (inputs, _call, compiler) =>
    onText([at(inputs, 0), at(inputs, 1), at(inputs, 2), at(inputs, 3)], lengthOf(inputs), (values, read) => {
      const all = characters(read(0));
      const start = Number(integer(values[1] as Datum, at(inputs, 1), compiler));
      const count = Number(integer(values[2] as Datum, at(inputs, 2), compiler));
      if (start < 1 || start > all.length) return read(0);
      const end = count < 0 || start - 1 + count > all.length ? all.length : start - 1 + count;
      return all.slice(0, start - 1).join('') + read(3) + all.slice(end).join('');
    }),
  ),
  LPAD: pad(true),
  RPAD: pad(false),
  LOCATE: define(2, 3, (inputs, _call, compiler) =>
    locate(at(inputs, 0), at(inputs, 1), inputs[2] ?? null, inputs, (value) =>
      Number(integer(value, at(inputs, 2), compiler)),
    ),
  ),
  INSTR: define(2, 2, (inputs) => locate(at(inputs, 1), at(inputs, 0), null, [at(inputs, 1), at(inputs, 0)], () => 1)),
  SUBSTRING_INDEX: define(3, 3, (inputs, _call, compiler) =>
    onText(inputs, textLength(at(inputs, 0).type), (values, read) => {
      const count = Number(integer(values[2] as Datum, at(inputs, 2), compiler));
      const separator = read(1);
      if (separator === '' || count === 0) return '';
      const parts = read(0).split(separator);
      return (count > 0 ? parts.slice(0, count) : parts.slice(count)).join(separator);
    }),
  ),
  FIELD: define(2, 1000, (inputs) => {
    const numeric = inputs.every((input) => ['integer', 'decimal', 'double'].includes(kindOf(input.type)));
    const collation = isBinary(inputs) ? binaryCollation : numeric ? utf8mb4 : sharedCollation(inputs, 'field');
    const key = (input: Compiled, value: Datum): string | null => {
      const written = toText(value, input.type);
      return written === null ? null : numeric ? String(Number(written)) : sortKey(written, collation);
    };
    return derive(
      bigintType,
      inputs,
      (frame) => {
        const [wanted, ...rest] = inputs.map((input) => key(input, input.evaluate(frame)));
        return wanted === null || wanted === undefined ? 0n : BigInt(rest.indexOf(wanted) + 1);
      },
      { nullable: false },
    );
  }),
  ELT: define(2, 1000, (inputs, _call, compiler) => {
    const [first, ...rest] = inputs as [Compiled, ...Compiled[]];
    return choice(
      rest,
      [first],
      (frame) => {
        const value = first.evaluate(frame);
        const index = value === null ? 0 : Number(integer(value, first, compiler));
        return index >= 1 && index <= rest.length ? index - 1 : null;
      },
      'elt',
      compiler,
    );
  }),
  FIND_IN_SET: define(2, 2, (inputs) =>
    strict(bigintType, inputs, ([needle, list]) => {
      const collation = sharedCollation(inputs, 'find_in_set');
      // A constant in a SET column is told by its place in the column's definition.
      if (at(inputs, 1).type.base === 'set' && isConstant(at(inputs, 0))) {
        const member = text(needle as Datum, at(inputs, 0)).toLowerCase();
        const held = text(list as Datum, at(inputs, 1))
          .toLowerCase()
          .split(',')
          .includes(member);
        const { values } = at(inputs, 1).type;
        return held ? BigInt(values.findIndex((value) => value.toLowerCase() === member) + 1) : 0n;
      }
      const wanted = sortKey(text(needle as Datum, at(inputs, 0)), collation);
      const all = text(list as Datum, at(inputs, 1));
      return all === '' ? 0n : BigInt(all.split(',').findIndex((part) => sortKey(part, collation) === wanted) + 1);
    }),
  ),
  STRCMP: define(2, 2, (inputs) => {
    const collation = isBinary(inputs) ? binaryCollation : sharedCollation(inputs, 'strcmp');
    return strict(bigintType, inputs, ([left, right]) => {
      const [one, other] = [
        sortKey(text(left as Datum, at(inputs, 0)), collation),
        sortKey(text(right as Datum, at(inputs, 1)), collation),
      ];
      return one < other ? -1n : one > other ? 1n : 0n;
    });
  }),
  ASCII: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) => BigInt(toBytes(value as Datum, at(inputs, 0).type)?.[0] ?? 0)),
  ),
  ORD: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) => {
      const bytes = Buffer.from(characters(text(value as Datum, at(inputs, 0)))[0] ?? '', 'utf8');
      return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
    }),
  ),
  CHAR: define(1, 1000, (inputs, call, compiler) => {
    const collation = call.option ? defaultCollation(call.option) : null;
    return derive(
      collation ? stringType(inputs.length * 4, collation) : binaryType(inputs.length * 4),
      inputs,
      (frame) => {
        const bytes = inputs.flatMap((input) => {
          const value = input.evaluate(frame);
          if (value === null) return [];
          const hex = BigInt.asUintN(32, integer(value, input, compiler)).toString(16);
          return [...Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')];
        });
        return collation ? Buffer.from(bytes).toString('utf8') : Uint8Array.from(bytes);
      },
    );
  }),
  HEX: define(1, 1, (inputs, _call, compiler) => {
    const input = at(inputs, 0);
    const numeric = ['integer', 'decimal', 'double'].includes(kindOf(input.type));
    return strict(stringType(textLength(input.type) * 8), inputs, ([value]) =>
      numeric
        ? BigInt.asUintN(64, integer(value as Datum, input, compiler))
            .toString(16)
            .toUpperCase()
        : bytesOf(value as Datum, input)
            .toString('hex')
            .toUpperCase(),
    );
  }),
  UNHEX: define(1, 1, (inputs, _call, compiler) =>
    strict(
      binaryType(textLength(at(inputs, 0).type)),
      inputs,
      ([value]) => {
        const digits = text(value as Datum, at(inputs, 0));
        if (/^[0-9a-fA-F]*$/.test(digits)) return Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
        compiler.statement.warn(mysqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', `'${digits}'`, 'unhex'));
        return null;
      },
      { nullable: true },
    ),
  ),
  TO_BASE64: define(1, 1, (inputs) =>
    strict(stringType(textLength(at(inputs, 0).type) * 2), inputs, ([value]) =>
      Buffer.from(toBytes(value as Datum, at(inputs, 0).type) as Uint8Array)
        .toString('base64')
        .replace(/(.{76})(?=.)/g, '$1\n'),
    ),
  ),
  FROM_BASE64: define(1, 1, (inputs) =>
    strict(
      binaryType(textLength(at(inputs, 0).type)),
      inputs,
      ([value]) => {
        const encoded = text(value as Datum, at(inputs, 0)).replace(/\s/g, '');
        return /^[A-Za-z0-9+/]*={0,2}$/.test(encoded) && encoded.length % 4 === 0
          ? Buffer.from(encoded, 'base64')
          : null;
      },
      { nullable: true },
    ),
  ),
  QUOTE: define(1, 1, (inputs) =>
    derive(
      stringType(textLength(at(inputs, 0).type) * 2 + 2, sharedCollation(inputs, 'quote')),
      inputs,
      (frame) => {
        const value = toText(at(inputs, 0).evaluate(frame), at(inputs, 0).type);
        if (value === null) return 'NULL';
        return `'${value.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0').replaceAll('\x1a', '\\Z')}'`;
      },
      { nullable: false },
    ),
  ),
  FORMAT: define(2, 3, (inputs, _call, compiler) =>
    strict(stringType(80), inputs, ([value, digits, locale]) => {
      const places = Math.max(0, Math.min(30, Number(integer(digits as Datum, at(inputs, 1), compiler))));
      const exact = rescale(toDecimal(value as Datum, at(inputs, 0).type, compiler.statement) as Decimal, places);
      const [whole = '', fraction] = formatDecimal(exact).split('.');
      const [group, point] = separatorsOf(inputs[2] ? text(locale as Datum, inputs[2]) : 'en_US');
      const grouped = thousands(whole).replaceAll(',', group);
      return fraction === undefined ? grouped : `${grouped}${point}${fraction}`;
    }),
  ),
  SOUNDEX: simple(soundex),
  MD5: hash('md5', 32),
  SHA1: hash('sha1', 40),
  SHA: hash('sha1', 40),
  SHA2: define(2, 2, (inputs, _call, compiler) =>
    strict(
      stringType(128),
      inputs,
      ([value, bits]) => {
        const size = Number(integer(bits as Datum, at(inputs, 1), compiler)) || 256;
        if (![224, 256, 384, 512].includes(size)) return null;
        return createHash(`sha${size}`)
          .update(toBytes(value as Datum, at(inputs, 0).type) as Uint8Array)
          .digest('hex');
      },
      { nullable: true },
    ),
  ),
  CRC32: define(1, 1, (inputs) =>
    strict({ ...bigintType, unsigned: true }, inputs, ([value]) =>
      BigInt(crc32(toBytes(value as Datum, at(inputs, 0).type) as Uint8Array)),
    ),
  ),
  BIN: define(1, 1, (inputs, _call, compiler) =>
    strict(stringType(64), inputs, ([value]) =>
      BigInt.asUintN(64, integer(value as Datum, at(inputs, 0), compiler)).toString(2),
    ),
  ),
  OCT: define(1, 1, (inputs, _call, compiler) =>
    strict(stringType(64), inputs, ([value]) =>
      BigInt.asUintN(64, integer(value as Datum, at(inputs, 0), compiler)).toString(8),
    ),
  ),
  CONV: define(3, 3, (inputs, _call, compiler) =>
    strict(
      stringType(64),
      inputs,
      ([value, from, to]) => {
        const [base, target] = [
          Number(integer(from as Datum, at(inputs, 1), compiler)),
          Number(integer(to as Datum, at(inputs, 2), compiler)),
        ];
        if (Math.abs(base) < 2 || Math.abs(base) > 36 || Math.abs(target) < 2 || Math.abs(target) > 36) return null;
        const written = text(value as Datum, at(inputs, 0))
          .trim()
          .toLowerCase();
        let result = 0n;
        for (const character of written.replace(/^-/, '')) {
          const digit = Number.parseInt(character, 36);
          if (Number.isNaN(digit) || digit >= Math.abs(base)) break;
          result = result * BigInt(Math.abs(base)) + BigInt(digit);
        }
        const signed = written.startsWith('-') ? -result : result;
        return (target < 0 ? signed : BigInt.asUintN(64, signed)).toString(Math.abs(target)).toUpperCase();
      },
      { nullable: true },
    ),
  ),
  REGEXP_LIKE: define(2, 3, (inputs, _call, compiler) => {
    const matches = regularExpression(at(inputs, 0), at(inputs, 1), inputs[2] ?? null, compiler.statement);
    return derive(bigintType, inputs, (frame) => {
      const result = matches(frame);
      return result === null ? null : result ? 1n : 0n;
    });
  }),
  REGEXP_REPLACE: define(3, 6, (inputs, _call, compiler) => {
    const pattern = compiledPattern(at(inputs, 0), at(inputs, 1), inputs[5] ?? null);
    return derive(
      stringType(Math.max(4_194_304, lengthOf(inputs)), sharedCollation(inputs.slice(0, 1), 'regexp_replace')),
      inputs,
      (frame) => {
        const [value, replacement] = [
          toText(at(inputs, 0).evaluate(frame), at(inputs, 0).type),
          toText(at(inputs, 2).evaluate(frame), at(inputs, 2).type),
        ];
        const expression = pattern(frame);
        if (value === null || replacement === null || expression === null) return null;
        const { start, wanted } = searchFrom(inputs, 3, frame, compiler, 0);
        const written = replacement.replace(/\$(?!\d)/g, '$$$$');
        const found = matchesFrom(expression, value, start);
        const chosen = wanted === 0 ? found : found.slice(wanted - 1, wanted);
        let result = '';
        let end = 0;
        for (const match of chosen) {
          result +=
            value.slice(end, match.index) + match[0].replace(new RegExp(expression.source, expression.flags), written);
          end = match.index + match[0].length;
        }
        return result + value.slice(end);
      },
    );
  }),
  REGEXP_SUBSTR: define(2, 5, (inputs, _call, compiler) => {
    const pattern = compiledPattern(at(inputs, 0), at(inputs, 1), inputs[4] ?? null);
    return derive(
      stringType(textLength(at(inputs, 0).type)),
      inputs,
      (frame) => {
        const value = toText(at(inputs, 0).evaluate(frame), at(inputs, 0).type);
        const expression = pattern(frame);
        if (value === null || expression === null) return null;
        const { start, wanted } = searchFrom(inputs, 2, frame, compiler, 1);
        return matchesFrom(expression, value, start)[wanted - 1]?.[0] ?? null;
      },
      { nullable: true },
    );
  }),
  REGEXP_INSTR: define(2, 6, (inputs, _call, compiler) => {
    const pattern = compiledPattern(at(inputs, 0), at(inputs, 1), inputs[5] ?? null);
    return derive(bigintType, inputs, (frame) => {
      const value = toText(at(inputs, 0).evaluate(frame), at(inputs, 0).type);
      const expression = pattern(frame);
      if (value === null || expression === null) return null;
      const { start, wanted } = searchFrom(inputs, 2, frame, compiler, 1);
      const match = matchesFrom(expression, value, start)[wanted - 1];
      if (!match) return 0n;
      const behind = inputs[4] ? toInteger(inputs[4].evaluate(frame), inputs[4].type, compiler.statement) : 0n;
      return BigInt([...value.slice(0, match.index + (behind ? match[0].length : 0))].length + 1);
    });
  }),
  EXPORT_SET: define(3, 5, (inputs, _call, compiler) =>
    strict(stringType(1000), inputs, (values) => {
      const bits = BigInt.asUintN(64, integer(values[0] as Datum, at(inputs, 0), compiler));
      const separator = inputs[3] ? text(values[3] as Datum, at(inputs, 3)) : ',';
      const count = inputs[4] ? Math.min(64, Number(integer(values[4] as Datum, at(inputs, 4), compiler))) : 64;
      const [on, off] = [text(values[1] as Datum, at(inputs, 1)), text(values[2] as Datum, at(inputs, 2))];
      return Array.from({ length: count }, (_item, index) => ((bits >> BigInt(index)) & 1n ? on : off)).join(separator);
    }),
  ),
  MAKE_SET: define(2, 64, (inputs, _call, compiler) =>
    derive(stringType(lengthOf(inputs)), inputs, (frame) => {
      const first = at(inputs, 0).evaluate(frame);
      if (first === null) return null;
      const bits = integer(first, at(inputs, 0), compiler);
      return inputs
        .slice(1)
        .flatMap((input, index) => ((bits >> BigInt(index)) & 1n ? [toText(input.evaluate(frame), input.type)] : []))
        .filter((part) => part !== null)
        .join(',');
    }),
  ),
};

const alias = (name: string): FunctionDefinition => stringFunctions[name] as FunctionDefinition;
export const stringSynonyms: FunctionList = {
  CHARACTER_LENGTH: alias('CHAR_LENGTH'),
  UCASE: alias('UPPER'),
  LCASE: alias('LOWER'),
};
