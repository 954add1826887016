import { describe, expect, it } from 'vitest';
import { applyDdl } from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/ddl/statements.ts';
import {
  findTable,
  newCatalog,
  type Table,
} from '../../../../../sandbox/emulators/connect/plugins/debezium-mysql/tables.ts';

const tableAfter = (...statements: string[]): Table | undefined => {
  const catalog = newCatalog();
  catalog.variables.set('character_set_server', 'utf8mb4');
  for (const statement of statements) applyDdl(catalog, statement, 'shop');
  return findTable(catalog, { database: 'shop', table: 't' });
};

const columns = (table: Table | undefined): string[] =>
  (table?.columns ?? []).map((column) => `${column.name} ${column.typeName}${column.optional ? '' : ' NOT NULL'}`);

const base = 'CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(20) NOT NULL, price DECIMAL(10,2))';

describe('ALTER TABLE', () => {
  const cases: [string, string[]][] = [
    ['ADD note TEXT', ['id INT NOT NULL', 'name VARCHAR NOT NULL', 'price DECIMAL', 'note TEXT']],
    [
      'ADD COLUMN a INT FIRST, ADD b INT AFTER id',
      ['a INT', 'id INT NOT NULL', 'b INT', 'name VARCHAR NOT NULL', 'price DECIMAL'],
    ],
    [
      'ADD COLUMN (a INT NOT NULL, b BIGINT UNSIGNED)',
      ['id INT NOT NULL', 'name VARCHAR NOT NULL', 'price DECIMAL', 'a INT NOT NULL', 'b BIGINT UNSIGNED'],
    ],
    ['DROP COLUMN name, DROP price', ['id INT NOT NULL']],
    [
      'MODIFY price DECIMAL(12,3) NOT NULL FIRST',
      ['price DECIMAL NOT NULL', 'id INT NOT NULL', 'name VARCHAR NOT NULL'],
    ],
    ['CHANGE name title VARCHAR(50) NULL AFTER price', ['id INT NOT NULL', 'price DECIMAL', 'title VARCHAR']],
    ['RENAME COLUMN name TO title', ['id INT NOT NULL', 'title VARCHAR NOT NULL', 'price DECIMAL']],
    [
      'ADD INDEX (name), ADD UNIQUE KEY u (name, price), DROP INDEX i, ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES o (id) ON DELETE SET NULL, ADD x INT',
      ['id INT NOT NULL', 'name VARCHAR NOT NULL', 'price DECIMAL', 'x INT'],
    ],
    [
      "ENGINE=InnoDB, AUTO_INCREMENT = 5, COMMENT='a, b', ALGORITHM=INPLACE, LOCK=NONE, ADD `weird ``name` INT",
      ['id INT NOT NULL', 'name VARCHAR NOT NULL', 'price DECIMAL', 'weird `name INT'],
    ],
    [
      "ALTER COLUMN name SET DEFAULT 'x', ALTER price DROP DEFAULT",
      ['id INT NOT NULL', 'name VARCHAR NOT NULL', 'price DECIMAL'],
    ],
  ];
  it.each(cases)('%s', (change, expected) => {
    expect(columns(tableAfter(base, `ALTER TABLE t ${change}`))).toEqual(expected);
  });

  it('read twice leaves the table as read once', () => {
    for (const [change, expected] of cases)
      expect(columns(tableAfter(base, `ALTER TABLE t ${change}`, `ALTER TABLE t ${change}`))).toEqual(expected);
  });

  it('moves the key with its column', () => {
    expect(tableAfter(base, 'ALTER TABLE t CHANGE id order_id BIGINT')?.primaryKey).toEqual(['order_id']);
    expect(tableAfter(base, 'ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (name, id)')?.primaryKey).toEqual([
      'name',
      'id',
    ]);
  });
});

describe('CREATE TABLE', () => {
  it('takes keys, defaults, comments and what it need not know', () => {
    const table = tableAfter(`CREATE TABLE IF NOT EXISTS \`t\` ( -- the table
      a int unsigned zerofill NOT NULL auto_increment COMMENT 'it''s', # counter
      b enum('x','y,z','it''s') CHARACTER SET latin1 DEFAULT 'y,z',
      c varchar(10) COLLATE utf8mb3_bin NOT NULL DEFAULT '',
      d datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
      e decimal NOT NULL DEFAULT -1.5, f int GENERATED ALWAYS AS (a + 1) STORED, g json DEFAULT (json_array()),
      h bit(4) DEFAULT b'101', i point NOT NULL /*!80003 SRID 4326 */, j int /*!80023 INVISIBLE */,
      k double precision, l national varchar(5), m serial, n boolean DEFAULT TRUE,
      KEY k1 (c(5) DESC), UNIQUE KEY \`u\` (c), FULLTEXT KEY ft (c), PRIMARY KEY (a, \`c\`) USING BTREE,
      CONSTRAINT chk CHECK ((a > 0)), CONSTRAINT fk FOREIGN KEY (f) REFERENCES other.o (id) ON DELETE CASCADE
    ) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='t, (x)'
    PARTITION BY HASH (a) PARTITIONS 4`);
    expect(table?.primaryKey).toEqual(['a', 'c']);
    expect(table?.defaultCharset).toBe('utf8mb4');
    const of = (name: string) => table?.columns.find((column) => column.name === name);
    expect(of('a')).toMatchObject({
      typeName: 'INT UNSIGNED ZEROFILL',
      autoIncremented: true,
      comment: "it's",
      optional: false,
    });
    expect(of('b')).toMatchObject({
      enumValues: ["'x'", "'y,z'", "'it''s'"],
      charsetName: 'latin1',
      defaultValueExpression: 'y,z',
    });
    expect(of('c')).toMatchObject({ charsetName: 'utf8mb3', length: 10, defaultValueExpression: '' });
    expect(of('d')).toMatchObject({ length: 6, defaultValueExpression: '1970-01-01 00:00:00', generated: true });
    expect(of('e')).toMatchObject({ length: 10, scale: 0, defaultValueExpression: '-1.5' });
    expect(of('f')).toMatchObject({ generated: true });
    expect(of('h')).toMatchObject({ length: 4, defaultValueExpression: "b'101'" });
    expect(of('k')?.typeName).toBe('DOUBLE');
    expect(of('l')?.typeName).toBe('NVARCHAR');
    expect(of('m')).toMatchObject({ typeName: 'BIGINT UNSIGNED', optional: false });
    expect(table?.columns).toHaveLength(14);
  });

  it('is keyed by a unique index of NOT NULL columns when it has no primary key', () => {
    expect(tableAfter('CREATE TABLE t (a INT, b INT NOT NULL, UNIQUE (a), UNIQUE KEY x (b))')?.primaryKey).toEqual([
      'b',
    ]);
    expect(tableAfter('CREATE TABLE t (a INT NOT NULL)', 'CREATE UNIQUE INDEX i ON t (a)')?.primaryKey).toEqual(['a']);
    expect(tableAfter('CREATE TABLE t (a INT NOT NULL UNIQUE)')?.primaryKey).toEqual(['a']);
  });

  it('LIKE takes the other table', () => {
    expect(columns(tableAfter(base.replace('TABLE t', 'TABLE o'), 'CREATE TABLE t LIKE o'))).toHaveLength(3);
  });
});

describe('other statements', () => {
  it('rename, drop and truncate', () => {
    expect(columns(tableAfter(base.replace('TABLE t', 'TABLE o'), 'RENAME TABLE o TO shop.t'))).toHaveLength(3);
    expect(tableAfter(base, 'DROP TABLE IF EXISTS x, shop.t CASCADE')).toBeUndefined();
    expect(tableAfter(base, 'DROP DATABASE shop')).toBeUndefined();
    expect(columns(tableAfter(base, 'TRUNCATE t'))).toHaveLength(3);
    expect(columns(tableAfter(base, 'ALTER TABLE t RENAME TO x', 'ALTER TABLE x RENAME t'))).toHaveLength(3);
  });

  it.each([
    'CREATE VIEW v AS SELECT 1',
    'GRANT SELECT ON *.* TO x',
    'CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET @a = 1',
    'FLUSH TABLES',
    'ANALYZE TABLE t',
    '',
  ])('%s changes no table', (statement) => {
    expect(columns(tableAfter(base, statement))).toHaveLength(3);
  });

  it.each([
    'CREATE TABLE t (',
    'CREATE TABLE t (id WHATEVER)',
    "CREATE TABLE t (id INT DEFAULT 'x",
    'ALTER TABLE t MODIFY nope INT',
  ])('%s is refused', (statement) => {
    expect(() => tableAfter(base, statement)).toThrow();
  });
});
