import { expect, test } from 'vitest';
import { splitStatements } from '../../../../sandbox/wire/mysql-sql/split-statements.ts';

const texts = (script: string): string[] => splitStatements(script).map(({ text }) => text);

test('statements end at semicolons, with or without a last one', () => {
  expect(texts('SELECT 1; SELECT 2;\n')).toEqual(['SELECT 1', 'SELECT 2']);
  expect(texts('SELECT 1; SELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
  expect(texts(' ;; \n')).toEqual([]);
});

test('semicolons in quotes and comments are no ends', () => {
  expect(texts(`SELECT 'a;b', "c;'d", \`e;f\`; SELECT 'it''s; \\'so'`)).toEqual([
    `SELECT 'a;b', "c;'d", \`e;f\``,
    `SELECT 'it''s; \\'so'`,
  ]);
  expect(texts('-- one; two\nSELECT 1; # three;\n/* four; */ SELECT 2')).toEqual(['SELECT 1', 'SELECT 2']);
  expect(texts('SELECT 5--1;')).toEqual(['SELECT 5--1']);
});

test('a line number names where the statement itself starts', () => {
  expect(splitStatements('-- comment\n\nSELECT 1;\n\nSELECT\n2;')).toEqual([
    { text: 'SELECT 1', line: 3 },
    { text: 'SELECT\n2', line: 5 },
  ]);
});

test("the command line's DELIMITER is obeyed", () => {
  expect(texts('DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\nDELIMITER ;\nSELECT 2;')).toEqual([
    'CREATE PROCEDURE p() BEGIN SELECT 1; END',
    'SELECT 2',
  ]);
});
