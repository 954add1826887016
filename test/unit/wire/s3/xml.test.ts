import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childrenOf, MalformedXml, parseXml, textOf, writeXml } from '../../../../sandbox/wire/s3/xml.ts';

describe('XML', () => {
  it('comes back as it was written, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const root = parseXml(writeXml('Root', [['Key', text]]));
        expect(childrenOf(root, 'Key')[0]?.text).toBe(text);
      }),
    );
  });

  it('is read with prefixes, attributes, comments, CDATA and entities', () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- c --><s3:Delete xmlns:s3="http://x" a=\'b\'>\n<s3:Key>a&amp;&#x41;&#66;<![CDATA[<x>]]></s3:Key><Quiet/></s3:Delete>',
    );
    expect(root.name).toBe('Delete');
    expect(textOf(root, 'Key')).toBe('a&AB<x>');
    expect(textOf(root, 'Quiet')).toBe('');
  });

  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['an unclosed element', '<a><b></a>'],
    ['two roots', '<a/><b/>'],
    ['text beside the root', '<a/>b'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ['an unknown entity', '<a>&x;</a>'],
    ['a code that is no character', '<a>&#x110000;</a>'],
    ['a cut tag', '<a'],
    ['a cut comment', '<a><!-- </a>'],
    ['too deep a nesting', '<a>'.repeat(20) + '</a>'.repeat(20)],
  ])('is refused: %s', (_, text) => {
    expect(() => parseXml(text)).toThrow(MalformedXml);
  });

  it('never fails otherwise on any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('<', '>', '/', '&', ';', '!', '-', '[', 'a', ' ', '"', '=') }),
        (text) => {
          try {
            parseXml(text);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedXml);
          }
        },
      ),
    );
  });
});
