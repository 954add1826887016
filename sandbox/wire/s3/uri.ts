/** AWS's URI encoding: every byte but the unreserved ones, hexadecimal in capitals. */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

export const uriEncodePath = (path: string): string => path.split('/').map(uriEncode).join('/');

/** Decodes percent escapes; undefined when they are malformed or not UTF-8. A plus sign stays one. */
export const uriDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/** The encoding of keys in S3's listings (`encoding-type=url`) and event notifications: a form's, with slashes left as they are. */
export const formEncodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')
    .replace(/%2F/g, '/');

/** Name and value of each query parameter in order, decoded; undefined when malformed. */
export const parseQuery = (query: string): [name: string, value: string][] | undefined => {
  const pairs: [string, string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const plusAsSpace = part.replace(/\+/g, '%20');
    const shift = plusAsSpace.indexOf('=');
    const name = uriDecode(equals < 0 ? plusAsSpace : plusAsSpace.slice(0, shift));
    const value = uriDecode(equals < 0 ? '' : plusAsSpace.slice(shift + 1));
    if (name === undefined || value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return pairs;
};
