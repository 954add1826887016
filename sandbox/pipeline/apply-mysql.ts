import { createConnection } from 'mysql2/promise';
import type { Address } from '../components/component.ts';
import { mysqlOptions } from '../components/mysql-options.ts';
import { UsageError } from '../core/usage-error.ts';
import type { SqlStatement } from './artefacts.ts';

/** Runs sql/mysql in file order on one session, which carries the CDC user's name and password as variables. */
export const applyMysql = async (statements: readonly SqlStatement[], environment: Address): Promise<void> => {
  const connection = await createConnection({
    ...mysqlOptions(environment),
  });
  try {
    await connection.query('SET @MYSQL_CDC_USER = ?, @MYSQL_CDC_PASSWORD = ?', [
      environment['MYSQL_CDC_USER'] ?? null,
      environment['MYSQL_CDC_PASSWORD'] ?? null,
    ]);
    for (const { file, line, text } of statements) {
      await connection.query(text).catch((error: Error & { code?: string }) => {
        throw new UsageError(`${file}:${line}: MySQL answers ${error.code ?? ''}: ${error.message}`);
      });
    }
  } finally {
    await connection.end();
  }
};
