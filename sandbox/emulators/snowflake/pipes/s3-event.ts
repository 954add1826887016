/** One file that an S3 event tells of. Source: AWS, "Event message structure"; keys are URL-encoded, with + for a blank. */
export type CreatedObject = { bucket: string; key: string; etag: string; sizeBytes: number; eventMs: number };

type Loose = Record<string, unknown> | undefined;
const child = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Undefined for what is no creation of an object. */
export const createdObject = (record: unknown): CreatedObject | undefined => {
  const name = child(record, 'eventName');
  if (typeof name !== 'string' || !/^(s3:)?ObjectCreated:/.test(name)) return undefined;
  const s3 = child(record, 's3') as Loose;
  const object = child(s3, 'object') as Loose;
  const bucket = child(child(s3, 'bucket'), 'name');
  const key = child(object, 'key');
  if (typeof bucket !== 'string' || typeof key !== 'string') return undefined;
  const time = Date.parse(String(child(record, 'eventTime') ?? ''));
  return {
    bucket,
    key: decodeURIComponent(key.replaceAll('+', ' ')),
    etag: String(child(object, 'eTag') ?? '').replaceAll('"', ''),
    sizeBytes: Number(child(object, 'size') ?? 0),
    eventMs: Number.isNaN(time) ? 0 : time,
  };
};
