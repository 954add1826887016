import { describe, expect, test } from 'vitest';
import {
  cachingSha2Hash,
  cachingSha2Token,
  nativeHash,
  nativeToken,
  provesCachingSha2,
  provesNative,
} from '../../../../sandbox/wire/mysql/authentication.ts';
import {
  MalformedPacket,
  readerOf,
  take,
  writeInt1,
  writeInt2,
  writeInt4,
  writerOf,
} from '../../../../sandbox/wire/mysql/bytes.ts';
import { columnType } from '../../../../sandbox/wire/mysql/column-types.ts';
import { decodeColumn, encodeColumn } from '../../../../sandbox/wire/mysql/columns.ts';
import { capability } from '../../../../sandbox/wire/mysql/flags.ts';
import {
  decodeAuthSwitchRequest,
  decodeHandshake,
  decodeHandshakeResponse,
  encodeAuthSwitchRequest,
  encodeHandshake,
  encodeHandshakeResponse,
  isTlsRequest,
} from '../../../../sandbox/wire/mysql/handshake.ts';
import {
  decodeBinlogDump,
  decodeBinlogDumpGtid,
  decodeRegisterReplica,
  encodeBinlogDump,
  encodeBinlogDumpGtid,
  encodeRegisterReplica,
} from '../../../../sandbox/wire/mysql/replication.ts';
import {
  decodeEof,
  decodeError,
  decodeOk,
  encodeEndOfRows,
  encodeError,
  encodeOk,
  isEndOfRows,
} from '../../../../sandbox/wire/mysql/replies.ts';
import { readParameters } from '../../../../sandbox/wire/mysql/statements.ts';

const challenge = Buffer.from('abcdefghijklmnopqrst');

describe('handshake', () => {
  const handshake = {
    serverVersion: '8.4.0',
    connectionId: 42,
    challenge,
    capabilities: 0xffff_ffff,
    charset: 255,
    status: 2,
    plugin: 'caching_sha2_password',
  };

  test('comes back as it was', () => {
    expect(decodeHandshake(encodeHandshake(handshake))).toEqual(handshake);
  });

  test('response comes back as it was', () => {
    const response = {
      capabilities: capability.transactions,
      maxPacketBytes: 2 ** 24,
      charset: 45,
      user: 'root',
      token: Buffer.from('token'),
      database: 'sales',
      plugin: 'caching_sha2_password',
      attributes: { _client_name: 'test' },
    };
    const decoded = decodeHandshakeResponse(encodeHandshakeResponse(response));
    expect(decoded).toMatchObject({ ...response, capabilities: expect.any(Number) });
    expect(decoded.capabilities & capability.connectWithDatabase).not.toBe(0);
  });

  test('a response cut anywhere is malformed, never a crash of another kind', () => {
    const whole = encodeHandshakeResponse({
      capabilities: 0,
      maxPacketBytes: 1,
      charset: 8,
      user: 'root',
      token: Buffer.from('token'),
      database: 'sales',
      plugin: 'x',
      attributes: { a: 'b' },
    });
    for (let end = 0; end < whole.length - 1; end++) {
      try {
        decodeHandshakeResponse(whole.subarray(0, end));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedPacket);
      }
    }
  });

  test('a request for TLS is told from a response', () => {
    const request = Buffer.alloc(32);
    request.writeUInt32LE(capability.tls | capability.protocol41);
    expect(isTlsRequest(request)).toBe(true);
    expect(isTlsRequest(Buffer.alloc(32))).toBe(false);
    expect(isTlsRequest(Buffer.concat([request, Buffer.from('root\0\0')]))).toBe(false);
  });

  test('a switch of plug-in comes back as it was', () => {
    const request = { plugin: 'mysql_native_password', challenge };
    expect(decodeAuthSwitchRequest(encodeAuthSwitchRequest(request))).toEqual(request);
  });
});

describe('passwords', () => {
  test('caching_sha2_password', () => {
    const kept = cachingSha2Hash('secret');
    expect(provesCachingSha2(cachingSha2Token('secret', challenge), challenge, kept)).toBe(true);
    expect(provesCachingSha2(cachingSha2Token('wrong', challenge), challenge, kept)).toBe(false);
    expect(provesCachingSha2(cachingSha2Token('secret', challenge), Buffer.alloc(20, 1), kept)).toBe(false);
    expect(provesCachingSha2(Buffer.alloc(0), challenge, kept)).toBe(false);
    expect(provesCachingSha2(Buffer.alloc(0), challenge, Buffer.alloc(0))).toBe(true);
  });

  test('mysql_native_password', () => {
    const kept = nativeHash('secret');
    // SELECT of what MySQL keeps for 'secret', without its star.
    expect(kept.toString('hex').toUpperCase()).toBe('14E65567ABDB5135D0CFD9A70B3032C179A49EE7');
    expect(provesNative(nativeToken('secret', challenge), challenge, kept)).toBe(true);
    expect(provesNative(nativeToken('wrong', challenge), challenge, kept)).toBe(false);
    expect(provesNative(cachingSha2Token('secret', challenge), challenge, kept)).toBe(false);
    expect(provesNative(Buffer.alloc(0), challenge, Buffer.alloc(0))).toBe(true);
  });
});

describe('replies', () => {
  const ok = { affectedRows: 300n, insertId: 2n ** 63n, status: 2, warnings: 1, info: 'Rows matched: 1', changes: [] };

  test('OK, with and without session tracking', () => {
    const { changes: _, ...told } = ok;
    expect(decodeOk(encodeOk(ok, 0))).toEqual(told);
    expect(decodeOk(encodeOk(ok, capability.sessionTrack))).toEqual(told);
  });

  test('a change of the default database in the form that clients know', () => {
    const changed = {
      ...ok,
      insertId: 0n,
      affectedRows: 0n,
      info: '',
      changes: [{ kind: 'schema', name: 'sales' } as const],
    };
    const bytes = encodeOk(changed, capability.sessionTrack);
    // Header, rows, id, status with 0x4000, warnings, empty info, 8 bytes of changes: type 1, 6 bytes: 5 bytes "sales".
    expect(bytes.toString('hex')).toBe('000000024001000008010605'.concat(Buffer.from('sales').toString('hex')));
    expect(encodeOk(changed, 0).toString('hex')).toBe('00000002000100');
  });

  test('errors carry their state, and are cut at a character', () => {
    const error = { errno: 1146, sqlState: '42S02', message: "Table 'sales.nope' doesn't exist" };
    expect(decodeError(encodeError(error))).toEqual(error);
    const long = decodeError(encodeError({ ...error, message: 'ż'.repeat(400) })).message;
    expect(long).toBe('ż'.repeat(255));
  });

  test('rows end with EOF or with what stands for it', () => {
    const old = encodeEndOfRows(3, 0x22, 0);
    expect(decodeEof(old)).toEqual({ warnings: 3, status: 0x22 });
    expect(isEndOfRows(old, 0)).toBe(true);
    const recent = encodeEndOfRows(3, 0x22, capability.deprecateEof);
    expect(decodeOk(recent)).toMatchObject({ warnings: 3, status: 0x22 });
    expect(isEndOfRows(recent, capability.deprecateEof)).toBe(true);
  });

  test('a column definition comes back as it was', () => {
    const column = {
      schema: 'sales',
      table: 'o',
      orgTable: 'orders',
      name: 'amount',
      orgName: 'total_amount',
      charset: 63,
      length: 14,
      type: columnType.newDecimal,
      flags: 1,
      decimals: 2,
    };
    expect(decodeColumn(encodeColumn(column))).toEqual(column);
  });
});

describe('parameters', () => {
  const bytesOf = (write: (writer: ReturnType<typeof writerOf>) => void) => {
    const writer = writerOf();
    write(writer);
    return take(writer);
  };

  test('types are remembered from the execution before, NULLs have no value', () => {
    const first = bytesOf((writer) => {
      writeInt1(writer, 0b10);
      writeInt1(writer, 1);
      writeInt2(writer, columnType.long | 0x8000);
      writeInt2(writer, columnType.varString);
      writeInt4(writer, 0xffff_ffff);
    });
    const { parameters, types } = readParameters(readerOf(first), 2, undefined, new Map());
    expect(parameters).toEqual([
      { type: columnType.long, unsigned: true, value: 0xffff_ffffn },
      { type: columnType.varString, unsigned: false, value: null },
    ]);
    const second = bytesOf((writer) => {
      writeInt1(writer, 0);
      writeInt1(writer, 0);
      writeInt4(writer, 7);
      writeInt1(writer, 2);
      writeInt2(writer, 0x6968);
    });
    expect(readParameters(readerOf(second), 2, types, new Map()).parameters.map(({ value }) => value)).toEqual([
      7n,
      Buffer.from('hi'),
    ]);
  });

  test('long data takes the place of a value', () => {
    const bytes = bytesOf((writer) => {
      writeInt1(writer, 0);
      writeInt1(writer, 1);
      writeInt2(writer, columnType.blob);
    });
    const { parameters } = readParameters(readerOf(bytes), 1, undefined, new Map([[0, Buffer.from('long')]]));
    expect(parameters[0]?.value).toEqual(Buffer.from('long'));
  });

  test('without types it is malformed', () => {
    expect(() => readParameters(readerOf(Buffer.of(0, 0)), 1, undefined, new Map())).toThrow(MalformedPacket);
    expect(() => readParameters(readerOf(Buffer.of(0, 1, 99, 0)), 1, undefined, new Map())).toThrow(MalformedPacket);
  });
});

test('requests of a replica come back as they were', () => {
  const replica = { serverId: 184054, host: 'here', user: 'debezium', password: '', port: 3306 };
  expect(decodeRegisterReplica(encodeRegisterReplica(replica).subarray(1))).toEqual(replica);
  const dump = { offset: 4n, flags: 1, serverId: 7, file: 'binlog.000001' };
  expect(decodeBinlogDump(encodeBinlogDump(dump).subarray(1))).toEqual(dump);
  const dumpGtid = { ...dump, offset: 2n ** 40n, gtidSet: Buffer.alloc(8) };
  expect(decodeBinlogDumpGtid(encodeBinlogDumpGtid(dumpGtid).subarray(1))).toEqual(dumpGtid);
});
