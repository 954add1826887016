import { readFileSync } from 'node:fs';
import { type Command, CommanderError, Command as Program } from 'commander';
import { SnowflakeError } from '../components/snowflake-client.ts';
import { UsageError } from '../core/usage-error.ts';
import { DockerFailed } from '../providers/container/docker-failed.ts';
import { HostFailed } from '../providers/embedded/start-host.ts';
import { applyCommand } from './apply.ts';
import { benchCommand } from './bench.ts';
import { cleanCommand } from './clean.ts';
import { envCommand } from './env.ts';
import { runCommand } from './run.ts';
import { NotRunning } from './running-instance.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';
import { simulateCommand } from './simulate.ts';
import { sqlCommand } from './sql.ts';
import { statusCommand } from './status.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Program('sluicebox')
  .description('A streaming pipeline, whole on this machine: HTTP and MySQL, Kafka Connect, Kafka, S3, Snowflake.')
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`sluicebox: ${text.replace(/^error: /, '')}`) });

const add = (command: Command, options?: { isDefault: boolean }): void => {
  program.addCommand(command.exitOverride().copyInheritedSettings(program), options);
};

add(sandboxCommand(), { isDefault: true });
for (const command of [
  applyCommand(),
  simulateCommand(),
  benchCommand(),
  serveCommand(),
  runCommand(),
  statusCommand(),
  envCommand(),
  sqlCommand(),
  cleanCommand(),
])
  add(command);

const explain = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const expected = [UsageError, NotRunning, SnowflakeError, HostFailed, DockerFailed];
  const isExpected = expected.some((kind) => error instanceof kind);
  const { message, stack } = error as Error;
  process.stderr.write(`sluicebox: ${isExpected ? message : (stack ?? message)}\n`);
  return error instanceof UsageError ? 2 : 1;
};

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
