import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { UsageError } from '../core/usage-error.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('sluicebox')
  .description('A streaming pipeline, whole on this machine: HTTP and MySQL, Kafka Connect, Kafka, S3, Snowflake.')
  .version(version)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`sluicebox: ${text.replace(/^error: /, '')}`) });

program.addCommand(sandboxCommand().exitOverride().copyInheritedSettings(program), { isDefault: true });
for (const command of [serveCommand()]) program.addCommand(command.exitOverride().copyInheritedSettings(program));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (error instanceof UsageError) {
    process.stderr.write(`sluicebox: ${error.message}\n`);
    process.exitCode = 2;
  } else throw error;
}
