import type { Command } from 'commander';
import type { ComponentName } from '../components/component.ts';
import type { Emit } from '../core/events.ts';
import { openMadeRecord } from '../pipeline/made-record.ts';
import type { Outside } from '../pipeline/outside.ts';
import type { ProviderChoice } from '../providers/provider.ts';
import { type NamedFileOptions, withNamedFiles } from './named-files.ts';

export type OutsideOptions = NamedFileOptions & { apply?: boolean; applyAccount?: boolean; schema?: string };

/** The flags that say which systems run elsewhere and what may be done to them. */
export const withOutside = (command: Command): Command =>
  withNamedFiles(command)
    .option('--apply', 'make in external systems what the pipeline needs; without it they are only watched')
    .option('--apply-account', "with --apply: run sql/snowflake's account-wide files in an external account too")
    .option('--schema <name>', 'the schema to work in, in an external account (<user>_SANDBOX)');

export const outsideOf = (
  options: OutsideOptions,
  choice: ProviderChoice,
  dataDir: string,
  emit: Emit,
): Outside | undefined => {
  const names = (Object.keys(choice) as ComponentName[]).filter((name) => choice[name] === 'external');
  if (names.length === 0) return undefined;
  return {
    components: new Set(names),
    apply: options.apply === true || options.applyAccount === true,
    applyAccount: options.applyAccount === true,
    schema: options.schema,
    record: openMadeRecord(dataDir),
    emit,
  };
};
