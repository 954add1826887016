// Every payload travels as frames of a 3-byte length and a 1-byte sequence number; a frame of 2^24 - 1 bytes says that the payload goes on.
// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
export const maxFrameBytes = 0xff_ffff;
const headerBytes = 4;

/** A payload longer than what its receiver takes. A server answers 1153 and closes. */
export class PacketTooLarge extends Error {
  constructor() {
    super('packet larger than the limit');
    this.name = 'PacketTooLarge';
  }
}

/** A frame whose number is not the next one. A server answers 1156 and closes. */
export class PacketsOutOfOrder extends Error {
  constructor() {
    super('packets out of order');
    this.name = 'PacketsOutOfOrder';
  }
}

/** `sequence` is the number of the payload's last frame: the answer goes on from there. */
export type Packet = { firstSequence: number; sequence: number; payload: Buffer };

const header = (sizeBytes: number, sequence: number): Buffer => {
  const bytes = Buffer.allocUnsafe(headerBytes);
  bytes.writeUIntLE(sizeBytes, 0, 3);
  bytes[3] = sequence & 0xff;
  return bytes;
};

/** The frames of one payload, headers and pieces in the order they are sent, and the sequence number that follows. */
export const framesOf = (payload: Buffer, sequence: number): { frames: Buffer[]; nextSequence: number } => {
  const frames: Buffer[] = [];
  let next = sequence;
  for (let start = 0; ; start += maxFrameBytes) {
    const piece = payload.subarray(start, start + maxFrameBytes);
    frames.push(header(piece.length, next), piece);
    next = (next + 1) & 0xff;
    // A payload that fills its last frame is followed by an empty one.
    if (piece.length < maxFrameBytes) return { frames, nextSequence: next };
  }
};

/** Collects the bytes of a stream, cuts payloads off its front. */
export type Deframer = {
  push(chunk: Buffer): void;
  /** The next whole payload, or `undefined` until more bytes come. Throws PacketTooLarge as soon as the headers say so. */
  next(maxPayloadBytes: number): Packet | undefined;
  /** The bytes not yet cut off, which are given away: what a TLS handshake begins with. */
  drain(): Buffer;
};

type FrameHeader = { sizeBytes: number; sequence: number };

export const createDeframer = (): Deframer => {
  let chunks: Buffer[] = [];
  let bufferedBytes = 0;
  let pending: FrameHeader | undefined;
  let pieces: Buffer[] = [];
  let piecesBytes = 0;

  const cut = (sizeBytes: number): Buffer => {
    bufferedBytes -= sizeBytes;
    const first = chunks[0];
    if (first && first.length > sizeBytes) {
      chunks[0] = first.subarray(sizeBytes);
      return first.subarray(0, sizeBytes);
    }
    const taken: Buffer[] = [];
    let left = sizeBytes;
    let used = 0;
    for (; left > 0; used++) {
      const chunk = chunks[used] as Buffer;
      if (chunk.length > left) {
        taken.push(chunk.subarray(0, left));
        chunks[used] = chunk.subarray(left);
        break;
      }
      taken.push(chunk);
      left -= chunk.length;
    }
    chunks = chunks.slice(used);
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken, sizeBytes);
  };

  const takeHeader = (maxPayloadBytes: number): FrameHeader | undefined => {
    if (bufferedBytes < headerBytes) return undefined;
    const bytes = cut(headerBytes);
    const found = { sizeBytes: bytes.readUIntLE(0, 3), sequence: bytes[3] as number };
    const lastSequence = pending?.sequence;
    if (pieces.length > 0 && lastSequence !== undefined && found.sequence !== ((lastSequence + 1) & 0xff)) {
      throw new PacketsOutOfOrder();
    }
    if (piecesBytes + found.sizeBytes > maxPayloadBytes) throw new PacketTooLarge();
    return found;
  };

  let inFrame = false;
  return {
    push: (chunk) => {
      if (chunk.length === 0) return;
      chunks.push(chunk);
      bufferedBytes += chunk.length;
    },
    next: (maxPayloadBytes) => {
      for (;;) {
        if (!inFrame) {
          const found = takeHeader(maxPayloadBytes);
          if (!found) return undefined;
          pending = found;
          inFrame = true;
        }
        const { sizeBytes, sequence } = pending as FrameHeader;
        if (bufferedBytes < sizeBytes) return undefined;
        const piece = sizeBytes === 0 ? Buffer.alloc(0) : cut(sizeBytes);
        inFrame = false;
        if (sizeBytes === maxFrameBytes) {
          pieces.push(piece);
          piecesBytes += sizeBytes;
          continue;
        }
        const payload = pieces.length === 0 ? piece : Buffer.concat([...pieces, piece]);
        const firstSequence = (sequence - pieces.length) & 0xff;
        pieces = [];
        piecesBytes = 0;
        return { firstSequence, sequence, payload };
      }
    },
    drain: () => {
      const left = Buffer.concat(chunks);
      chunks = [];
      bufferedBytes = 0;
      return left;
    },
  };
};
