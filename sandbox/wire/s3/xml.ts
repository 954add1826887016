/** The little of XML that S3's bodies use: elements, attributes, text, the five named entities and numeric ones, CDATA.
 *  A document type is refused, so no entity can be declared; depth and element count are bounded. */
export type XmlElement = { name: string; text: string; children: XmlElement[] };

export class MalformedXml extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'MalformedXml';
  }
}

const deepest = 16;
const mostElements = 200_000;
const namedEntities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const entityText = (name: string): string => {
  const named = namedEntities[name];
  if (named !== undefined) return named;
  const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
  const code = match ? Number.parseInt(match[1] ?? match[2] ?? '', match[1] ? 16 : 10) : Number.NaN;
  if (!(code <= 0x10ffff)) throw new MalformedXml(`unknown entity &${name};`);
  return String.fromCodePoint(code);
};

const unescapeText = (text: string): string =>
  text.includes('&') ? text.replace(/&([^;&]*);?/g, (_, name: string) => entityText(name)) : text;

const tagPattern = /^([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)$/;
const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1);

const endOf = (text: string, mark: string, from: number): number => {
  const found = text.indexOf(mark, from);
  if (found < 0) throw new MalformedXml(`${mark} is missing`);
  return found;
};

/** Parses a whole document and returns its root. Names come without their namespace prefix. */
export const parseXml = (text: string): XmlElement => {
  const top: XmlElement = { name: '', text: '', children: [] };
  const open: XmlElement[] = [top];
  let elements = 0;
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const current = () => open[open.length - 1] as XmlElement;

  const closeTag = (name: string) => {
    if (open.length < 2 || current().name !== withoutPrefix(name)) throw new MalformedXml(`</${name}> closes nothing`);
    open.pop();
  };

  const openTag = (tag: string) => {
    const match = tagPattern.exec(tag);
    if (!match?.[1] || ++elements > mostElements || open.length > deepest) throw new MalformedXml('a tag is malformed');
    const element: XmlElement = { name: withoutPrefix(match[1]), text: '', children: [] };
    if (open.length === 1 && top.children.length > 0) throw new MalformedXml('there are two roots');
    current().children.push(element);
    if (match[3] !== '/') open.push(element);
  };

  const takeMarkup = (start: number): number => {
    if (text.startsWith('<![CDATA[', start)) {
      const end = endOf(text, ']]>', start);
      current().text += text.slice(start + 9, end);
      return end + 3;
    }
    if (text.startsWith('<!--', start)) return endOf(text, '-->', start + 4) + 3;
    if (text.startsWith('<?', start)) return endOf(text, '?>', start) + 2;
    if (text.startsWith('<!', start)) throw new MalformedXml('a document type is not allowed');
    const end = endOf(text, '>', start);
    const tag = text.slice(start + 1, end);
    if (tag.startsWith('/')) closeTag(tag.slice(1).trimEnd());
    else openTag(tag);
    return end + 1;
  };

  while (position < text.length) {
    const next = text.indexOf('<', position);
    current().text += unescapeText(text.slice(position, next < 0 ? text.length : next));
    if (next < 0) break;
    position = takeMarkup(next);
  }
  const root = top.children[0];
  if (open.length !== 1 || root === undefined || top.text.trim() !== '')
    throw new MalformedXml('the document is not whole');
  return root;
};

export const childrenOf = (element: XmlElement, name: string): XmlElement[] =>
  element.children.filter((child) => child.name === name);

export const childOf = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((child) => child.name === name);

export const textOf = (element: XmlElement, name: string): string | undefined => childOf(element, name)?.text.trim();

/** What `writeXml` takes: text, a list of named contents, or nothing at all (the element is then left out). */
export type XmlContent =
  | string
  | number
  | boolean
  | undefined
  | readonly (readonly [name: string, content: XmlContent])[];

const escapes: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
const escapeText = (text: string): string =>
  text.replace(/[<>&"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, (character) => {
    return escapes[character] ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });

const element = (name: string, content: XmlContent, attribute = ''): string => {
  if (content === undefined) return '';
  const inside =
    typeof content === 'object'
      ? content.map(([child, value]) => element(child, value)).join('')
      : escapeText(`${content}`);
  return inside === '' ? `<${name}${attribute}/>` : `<${name}${attribute}>${inside}</${name.split(' ')[0]}>`;
};

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** A document in S3's namespace; errors are the one kind that has none. */
export const writeXml = (
  name: string,
  content: XmlContent,
  namespace = 'http://s3.amazonaws.com/doc/2006-03-01/',
): string => declaration + element(name, content, namespace ? ` xmlns="${namespace}"` : '');
