import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { Customer, Product, World } from '../shop/world.ts';
import { money } from '../shop/world.ts';
import type { OrderChange, OrderRow } from './life-cycle.ts';

export type MysqlAddress = { host: string; port: number; user: string; password: string };

const batchRows = 100;

const sameRow = (found: RowDataPacket | undefined, row: OrderRow): boolean =>
  found !== undefined && found['status'] === row.status && found['updated_at'] === row.updated_at;

const statements: Readonly<
  Record<OrderChange['kind'], (row: OrderRow) => { sql: string; values: OrderRow | (string | number)[] }>
> = {
  insert: (row) => ({ sql: 'INSERT INTO sales.orders SET ?', values: row }),
  update: ({ status, updated_at, id }) => ({
    sql: 'UPDATE sales.orders SET status = ?, updated_at = ? WHERE id = ?',
    values: [status, updated_at, id],
  }),
  delete: ({ id }) => ({ sql: 'DELETE FROM sales.orders WHERE id = ?', values: [id] }),
};

/** One connection on which the shop changes its orders. */
export type OrdersDatabase = {
  /** How many rows it changed: one, if all is well. */
  apply(change: OrderChange): Promise<number>;
  /** Whether a change whose outcome is unknown has happened: the row says so. */
  hasHappened(change: OrderChange): Promise<boolean>;
  stockShop(world: World): Promise<void>;
  close(): Promise<void>;
};

const insertMissing = async (connection: Connection, table: string, columns: readonly string[], rows: unknown[][]) => {
  for (let start = 0; start < rows.length; start += batchRows) {
    const batch = rows.slice(start, start + batchRows);
    await connection.query(`INSERT IGNORE INTO sales.${table} (${columns.join(', ')}) VALUES ?`, [batch]);
  }
};

const customerRow = ({ id, email, fullName, country, createdAtMs }: Customer): unknown[] => [
  id,
  email,
  fullName,
  country,
  new Date(createdAtMs).toISOString().replace('T', ' ').replace('Z', ''),
];

const productRow = ({ id, name, category, priceCents }: Product): unknown[] => [id, name, category, money(priceCents)];

export const connectOrders = async (address: MysqlAddress): Promise<OrdersDatabase> => {
  const connection = await createConnection({ ...address, dateStrings: true, connectTimeout: 5_000 });
  // Without a listener, a connection that the server cuts ends the process.
  connection.on('error', () => {});
  return {
    apply: async ({ kind, row }) => {
      const { sql, values } = statements[kind](row);
      const [{ affectedRows }] = await connection.query<ResultSetHeader>(sql, values);
      return affectedRows;
    },
    hasHappened: async ({ kind, row }) => {
      const [rows] = await connection.query<RowDataPacket[]>(
        'SELECT status, updated_at FROM sales.orders WHERE id = ?',
        [row.id],
      );
      if (kind === 'insert') return rows.length > 0;
      return kind === 'delete' ? rows.length === 0 : sameRow(rows[0], row);
    },
    stockShop: async ({ customers, products }) => {
      const customerColumns = ['id', 'email', 'full_name', 'country', 'created_at'];
      await insertMissing(connection, 'customers', customerColumns, customers.map(customerRow));
      await insertMissing(connection, 'products', ['id', 'name', 'category', 'price'], products.map(productRow));
    },
    close: async () => {
      await connection.end().catch(() => connection.destroy());
    },
  };
};
