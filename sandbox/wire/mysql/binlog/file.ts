import { MalformedBinlog } from './bytes.ts';
import {
  binlogMagic,
  checksumHolds,
  decodeEvent,
  type EventBody,
  type EventHeader,
  eventHeaderSizeBytes,
  eventTypes,
  readEventHeader,
} from './event.ts';

export type PlacedEvent = {
  position: number;
  header: EventHeader;
  body: EventBody;
  /** The event's bytes, a view of the file's. */
  bytes: Buffer;
};

/**
 * Reads the events of a file's bytes in order and ends at the first one that is not whole or whose checksum does not hold: what
 * follows is a torn tail, its start is the last event's position plus size.
 */
export function* readFile(file: Buffer): Generator<PlacedEvent> {
  if (!file.subarray(0, 4).equals(binlogMagic)) throw new MalformedBinlog('not a binlog file');
  let checksum = false;
  for (let position = 4; position + eventHeaderSizeBytes <= file.length; ) {
    const { sizeBytes, type } = readEventHeader(file, position);
    if (sizeBytes < eventHeaderSizeBytes || position + sizeBytes > file.length) return;
    const bytes = file.subarray(position, position + sizeBytes);
    const described = type === eventTypes.formatDescription;
    if ((checksum || described) && !checksumHolds(bytes)) return;
    const { header, body } = decodeEvent(bytes, checksum);
    if (body.kind === 'format-description') checksum = body.checksum;
    yield { position, header, body, bytes };
    position += sizeBytes;
  }
}
