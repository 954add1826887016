import { randomUUID } from 'node:crypto';
import { formatGtidSet, isGtidSubset, parseGtidSet, subtractGtidSets } from '../../../../wire/mysql/binlog/gtid-set.ts';
import { MysqlError, mysqlError } from '../../errors.ts';
import { type Compiled, constant, derive } from '../query/compiled.ts';
import type { Compiler } from '../query/compiler.ts';
import { choice, compareValues } from '../query/expression.ts';
import { pauseOnce } from '../query/statement.ts';
import { defaultCollation } from '../values/collation.ts';
import { toText, toTruth } from '../values/convert.ts';
import { bigintType, binaryType, type Datum, kindOf, stringType, unsignedBigintType } from '../values/sql-type.ts';
import { at, define, type FunctionDefinition, type FunctionList, integer, number, strict, text } from './function.ts';

const fact = (type: typeof bigintType, read: (compiler: Compiler) => Datum, nullable = false): FunctionDefinition =>
  define(0, 0, (_inputs, _call, compiler) => derive(type, [], () => read(compiler), { nullable, coercibility: 3 }));

const systemText = stringType(64, defaultCollation('utf8mb3'));

const conditional = define(3, 3, (inputs, _call, compiler) => {
  const [test, ...branches] = inputs as [Compiled, Compiled, Compiled];
  const chosen = choice(
    branches,
    [test],
    (frame) => (toTruth(test.evaluate(frame), test.type, compiler.statement) === true ? 0 : 1),
    'if',
    compiler,
  );
  return { ...chosen, nullable: branches.some((branch) => branch.nullable) };
});

const coalesce = define(1, 1000, (inputs, call, compiler) => {
  const chosen = choice(
    inputs,
    [],
    (frame) => {
      const index = inputs.findIndex((input) => input.evaluate(frame) !== null);
      return index < 0 ? null : index;
    },
    call.name.toLowerCase(),
    compiler,
  );
  return { ...chosen, nullable: inputs.every((input) => input.nullable) };
});

const uuidPattern = /^(?:[0-9a-f]{32}|\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?)$/i;

const dashed = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

// A version 1 UUID, as the server makes them: time in 100 ns since 1582, the host's part drawn once.
let lastTicks = 0n;
const node = randomUUID().slice(24);
const newUuid = (nowMs: number): string => {
  let ticks = BigInt(Math.floor(nowMs)) * 10_000n + 122_192_928_000_000_000n;
  if (ticks <= lastTicks) ticks = lastTicks + 1n;
  lastTicks = ticks;
  const hex = ticks.toString(16).padStart(15, '0');
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-8000-${node}`;
};

const userLockName = (value: Datum, input: Compiled): string => {
  const name = text(value, input);
  if (name === '' || name.length > 64) throw mysqlError('ER_USER_LOCK_WRONG_NAME', name);
  return name.toLowerCase();
};

const holderOf = (compiler: Compiler, name: string): number | null => {
  for (const session of compiler.statement.server.sessions.values()) if (session.userLocks.has(name)) return session.id;
  return null;
};

export const informationFunctions: FunctionList = {
  IF: conditional,
  IFNULL: define(2, 2, coalesce.build),
  COALESCE: coalesce,
  NULLIF: define(2, 2, (inputs, _call, compiler) => {
    const [left, right] = [at(inputs, 0), at(inputs, 1)];
    const equal = compareValues('=', left, right, compiler);
    return derive(left.type, inputs, (frame) => (equal.evaluate(frame) === 1n ? null : left.evaluate(frame)), {
      nullable: true,
    });
  }),
  ISNULL: define(1, 1, (inputs) =>
    derive(bigintType, inputs, (frame) => (at(inputs, 0).evaluate(frame) === null ? 1n : 0n), { nullable: false }),
  ),
  INTERVAL: define(2, 1000, (inputs, _call, compiler) =>
    derive(
      bigintType,
      inputs,
      (frame) => {
        const [first, ...rest] = inputs as [Compiled, ...Compiled[]];
        const value = first.evaluate(frame);
        if (value === null) return -1n;
        const wanted = number(value, first, compiler);
        const index = rest.findIndex((input) => number(input.evaluate(frame), input, compiler) > wanted);
        return BigInt(index < 0 ? rest.length : index);
      },
      { nullable: false },
    ),
  ),
  DATABASE: fact(systemText, ({ statement }) => statement.session.database, true),
  USER: fact(
    stringType(288, defaultCollation('utf8mb3')),
    ({ statement: { session } }) => `${session.options.user}@${session.options.host}`,
    true,
  ),
  CURRENT_USER: fact(
    stringType(288, defaultCollation('utf8mb3')),
    ({ statement: { session } }) => `${session.account.user}@${session.account.host}`,
    true,
  ),
  VERSION: fact(stringType(60, defaultCollation('utf8mb3')), ({ statement }) => statement.server.version),
  CONNECTION_ID: fact(unsignedBigintType, ({ statement }) => BigInt(statement.session.id)),
  CURRENT_ROLE: fact(systemText, () => 'NONE'),
  LAST_INSERT_ID: define(0, 1, (inputs, _call, compiler) => {
    const { session } = compiler.statement;
    const [input] = inputs;
    if (!input)
      return {
        ...constant(session.lastInsertId, unsignedBigintType, 5),
        volatile: true,
        evaluate: () => session.lastInsertId,
      };
    return derive(
      unsignedBigintType,
      inputs,
      (frame) => {
        const value = input.evaluate(frame);
        session.lastInsertId = value === null ? 0n : integer(value, input, compiler);
        return value === null ? null : session.lastInsertId;
      },
      { volatile: true },
    );
  }),
  ROW_COUNT: fact(bigintType, ({ statement }) => statement.session.rowCount),
  FOUND_ROWS: define(0, 0, (_inputs, _call, { statement }) => {
    statement.warn(
      new MysqlError(
        1287,
        'HY000',
        'FOUND_ROWS() is deprecated and will be removed in a future release. Consider using COUNT(*) instead.',
      ),
    );
    return derive(bigintType, [], () => statement.session.foundRows, { nullable: false, coercibility: 3 });
  }),
  UUID: define(0, 0, (_inputs, _call, compiler) =>
    derive(stringType(36, defaultCollation('utf8mb3')), [], () => newUuid(compiler.statement.server.clock.nowMs()), {
      volatile: true,
      nullable: false,
    }),
  ),
  UUID_SHORT: define(0, 0, (_inputs, _call, compiler) => {
    const { server } = compiler.statement;
    return derive(
      unsignedBigintType,
      [],
      () => {
        server.uuidShort++;
        return (
          (BigInt(server.serverId & 255) << 56n) +
          (BigInt(Math.floor(server.startedMs / 1000)) << 24n) +
          server.uuidShort
        );
      },
      { volatile: true, nullable: false },
    );
  }),
  IS_UUID: define(1, 1, (inputs) =>
    strict(bigintType, inputs, ([value]) => (uuidPattern.test(text(value as Datum, at(inputs, 0))) ? 1n : 0n), {
      nullable: true,
    }),
  ),
  UUID_TO_BIN: define(1, 2, (inputs, _call, compiler) =>
    strict(binaryType(16), inputs, ([value, swap]) => {
      const hex = text(value as Datum, at(inputs, 0)).replace(/[{}-]/g, '');
      if (!/^[0-9a-f]{32}$/i.test(hex))
        throw mysqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', text(value as Datum, at(inputs, 0)), 'uuid_to_bin');
      const swapped = inputs[1] && integer(swap as Datum, inputs[1], compiler) !== 0n;
      return Buffer.from(swapped ? hex.slice(12, 16) + hex.slice(8, 12) + hex.slice(0, 8) + hex.slice(16) : hex, 'hex');
    }),
  ),
  BIN_TO_UUID: define(1, 2, (inputs, _call, compiler) =>
    strict(stringType(36), inputs, ([value, swap]) => {
      const hex = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
      if (hex.length !== 32) throw mysqlError('ER_WRONG_ARGUMENTS', 'bin_to_uuid');
      const swapped = inputs[1] && integer(swap as Datum, inputs[1], compiler) !== 0n;
      return dashed(swapped ? hex.slice(8, 16) + hex.slice(4, 8) + hex.slice(0, 4) + hex.slice(16) : hex);
    }),
  ),
  CHARSET: define(1, 1, (inputs) =>
    constant(kindOf(at(inputs, 0).type) === 'string' ? at(inputs, 0).type.collation.charset : 'binary', systemText),
  ),
  COLLATION: define(1, 1, (inputs) =>
    constant(kindOf(at(inputs, 0).type) === 'string' ? at(inputs, 0).type.collation.name : 'binary', systemText),
  ),
  COERCIBILITY: define(1, 1, (inputs) => constant(BigInt(at(inputs, 0).coercibility), bigintType)),
  // Looks again every 50 ms until the lock is free or its time is over.
  GET_LOCK: define(2, 2, (inputs, _call, compiler) => {
    const { session, server, nowMicroseconds, pauses } = compiler.statement;
    return derive(
      bigintType,
      inputs,
      (frame) => {
        const name = userLockName(at(inputs, 0).evaluate(frame), at(inputs, 0));
        const seconds = number(at(inputs, 1).evaluate(frame), at(inputs, 1), compiler);
        for (;;) {
          const holder = holderOf(compiler, name);
          if (holder === null || holder === session.id) break;
          const untilMs = Number(nowMicroseconds / 1000n) + seconds * 1000;
          if (seconds >= 0 && server.clock.nowMs() >= untilMs) return 0n;
          pauseOnce(pauses, 0.05);
        }
        session.userLocks.set(name, (session.userLocks.get(name) ?? 0) + 1);
        return 1n;
      },
      { volatile: true, nullable: true },
    );
  }),
  SLEEP: define(1, 1, (inputs, _call, compiler) =>
    derive(
      bigintType,
      inputs,
      (frame) => {
        const value = at(inputs, 0).evaluate(frame);
        const seconds = value === null ? -1 : number(value, at(inputs, 0), compiler);
        if (seconds < 0) throw mysqlError('ER_WRONG_ARGUMENTS', 'sleep');
        pauseOnce(compiler.statement.pauses, seconds);
        return 0n;
      },
      { volatile: true, nullable: false },
    ),
  ),
  RELEASE_LOCK: define(1, 1, (inputs, _call, compiler) => {
    const { session } = compiler.statement;
    return derive(
      bigintType,
      inputs,
      (frame) => {
        const name = userLockName(at(inputs, 0).evaluate(frame), at(inputs, 0));
        const count = session.userLocks.get(name);
        if (count === undefined) return holderOf(compiler, name) === null ? null : 0n;
        if (count === 1) session.userLocks.delete(name);
        else session.userLocks.set(name, count - 1);
        return 1n;
      },
      { volatile: true, nullable: true },
    );
  }),
  RELEASE_ALL_LOCKS: fact(bigintType, ({ statement: { session } }) => {
    const count = [...session.userLocks.values()].reduce((sum, held) => sum + held, 0);
    session.userLocks.clear();
    return BigInt(count);
  }),
  IS_FREE_LOCK: define(1, 1, (inputs, _call, compiler) =>
    strict(
      bigintType,
      inputs,
      ([value]) => (holderOf(compiler, userLockName(value as Datum, at(inputs, 0))) === null ? 1n : 0n),
      { volatile: true, nullable: true },
    ),
  ),
  IS_USED_LOCK: define(1, 1, (inputs, _call, compiler) =>
    strict(
      unsignedBigintType,
      inputs,
      ([value]) => {
        const holder = holderOf(compiler, userLockName(value as Datum, at(inputs, 0)));
        return holder === null ? null : BigInt(holder);
      },
      { volatile: true, nullable: true },
    ),
  ),
  GTID_SUBSET: define(2, 2, (inputs) =>
    strict(bigintType, inputs, ([part, whole]) =>
      isGtidSubset(gtids(part as Datum, at(inputs, 0)), gtids(whole as Datum, at(inputs, 1))) ? 1n : 0n,
    ),
  ),
  GTID_SUBTRACT: define(2, 2, (inputs) =>
    strict(stringType(65_535), inputs, ([from, minus]) =>
      formatGtidSet(subtractGtidSets(gtids(from as Datum, at(inputs, 0)), gtids(minus as Datum, at(inputs, 1)))),
    ),
  ),
  NAME_CONST: define(2, 2, (inputs) => at(inputs, 1)),
  INET_ATON: define(1, 1, (inputs, _call, compiler) =>
    strict(
      unsignedBigintType,
      inputs,
      ([value]) => {
        const parts = text(value as Datum, at(inputs, 0)).split('.');
        if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
          compiler.statement.warn(
            mysqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', `'${text(value as Datum, at(inputs, 0))}'`, 'inet_aton'),
          );
          return null;
        }
        return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
      },
      { nullable: true },
    ),
  ),
  INET_NTOA: define(1, 1, (inputs, _call, compiler) =>
    strict(
      stringType(31),
      inputs,
      ([value]) => {
        const address = integer(value as Datum, at(inputs, 0), compiler);
        return address < 0n || address > 0xffffffffn
          ? null
          : [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 255n).join('.');
      },
      { nullable: true },
    ),
  ),
};

const gtids = (value: Datum, input: Compiled) => {
  try {
    return parseGtidSet(toText(value, input.type) ?? '');
  } catch {
    throw mysqlError('ER_WRONG_ARGUMENTS', 'GTID set');
  }
};

const alias = (name: string): FunctionDefinition => informationFunctions[name] as FunctionDefinition;
export const informationSynonyms: FunctionList = {
  SCHEMA: alias('DATABASE'),
  SESSION_USER: alias('USER'),
  SYSTEM_USER: alias('USER'),
};
