import { NotEmulated } from '../../core/not-emulated.ts';
import { textDecoderOf, textEncoderOf } from '../../wire/mysql/binlog/charsets.ts';
import type { EncodeText } from '../../wire/mysql/text-rows.ts';
import type { Session, Value } from './engine/types.ts';

// The engine speaks UTF-8. A client that speaks another character set (SET NAMES latin1) is translated here, both ways.

const asItIs: ReadonlySet<Value> = new Set([null, 'utf8mb4', 'utf8mb3', 'utf8', 'binary']);

/** How strings of results leave; `undefined` is as UTF-8. */
export const resultEncoder = (session: Session): EncodeText => {
  const charset = session.systemVariable('character_set_results');
  if (asItIs.has(charset)) return undefined;
  const encode = textEncoderOf(String(charset));
  if (!encode) throw new NotEmulated('mysql', `character_set_results = ${charset}`);
  return encode;
};

const decoderOf = (session: Session): ((bytes: Buffer) => string) | undefined => {
  const charset = session.systemVariable('character_set_client');
  if (asItIs.has(charset)) return undefined;
  const decode = textDecoderOf(String(charset));
  if (!decode) throw new NotEmulated('mysql', `character_set_client = ${charset}`);
  return decode;
};

/** SQL text as it came, in the character set that the client says it speaks. */
export const clientSql = (session: Session, bytes: Buffer): string | Buffer => decoderOf(session)?.(bytes) ?? bytes;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A string parameter. Bytes that are no text stay bytes. */
export const clientText = (session: Session, bytes: Buffer): string | Buffer => {
  const decode = decoderOf(session);
  if (decode) return decode(bytes);
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return bytes;
  }
};
