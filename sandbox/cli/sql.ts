import { Command } from 'commander';
import { asRecords, openSnowflake } from '../components/snowflake-client.ts';
import { pipelineLogin } from '../pipeline/apply-snowflake.ts';
import { runningInstance, type WhereOptions } from './running-instance.ts';
import { textTable } from './text-table.ts';

const sql = async (statement: string, options: WhereOptions & { json?: boolean }): Promise<void> => {
  const { address } = await runningInstance(options);
  const session = await openSnowflake(address, pipelineLogin(address));
  try {
    const result = await session.query(statement);
    if (options.json) {
      for (const record of asRecords(result)) process.stdout.write(`${JSON.stringify(record)}\n`);
      return;
    }
    const cell = (value: unknown): string => (value === null ? 'NULL' : String(value));
    process.stdout.write(
      textTable(
        result.columns.map(({ name }) => name),
        result.rows.map((row) => row.map(cell)),
      ),
    );
  } finally {
    await session.close();
  }
};

export const sqlCommand = (): Command =>
  new Command('sql')
    .description("run one statement on the running sandbox's warehouse, in the pipeline's schema")
    .argument('<statement>', 'as "select * from transformed_logs limit 5"')
    .option('--json', 'one JSON object a row')
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--data <dir>', 'the state folder of the running sandbox')
    .action(sql);
