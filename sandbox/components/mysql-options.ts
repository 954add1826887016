import type { Address } from './component.ts';

/** How mysql2 connects to the server at this address. */
export const mysqlOptions = (address: Address) => ({
  host: address['MYSQL_HOST'] as string,
  port: Number(address['MYSQL_PORT']),
  user: address['MYSQL_USER'] as string,
  password: address['MYSQL_PASSWORD'] as string,
});
