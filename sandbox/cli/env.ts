import { Command } from 'commander';
import { runningInstance, type WhereOptions } from './running-instance.ts';

const shellQuoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`;

const env = async (options: WhereOptions): Promise<void> => {
  const { address } = await runningInstance(options);
  for (const [name, value] of Object.entries(address)) process.stdout.write(`export ${name}=${shellQuoted(value)}\n`);
  // Every driver of Snowflake's asks the cloud's metadata address at login; there is no cloud here to answer.
  process.stdout.write('export SNOWFLAKE_DISABLE_PLATFORM_DETECTION=true\n');
};

export const envCommand = (): Command =>
  new Command('env')
    .description('print export lines with the addresses of the running sandbox: eval "$(npm run -s sandbox -- env)"')
    .option('--project <dir>', 'the folder with compose/ and sql/')
    .option('--data <dir>', 'the state folder of the running sandbox')
    .action(env);
