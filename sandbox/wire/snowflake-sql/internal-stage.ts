import type { CreatePipe, CreateStage, ObjectName, Options, OptionValue } from './ast.ts';

// The two statements that differ where an account cannot read the store: a stage on S3 becomes an internal one, and a pipe that S3's
// events feed becomes one that ALTER PIPE … REFRESH feeds.

const stringLiteral = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Always quoted: an unquoted name was folded when it was read. */
export const quotedName = ({ parts }: ObjectName): string =>
  parts.map(({ name }) => `"${name.replaceAll('"', '""')}"`).join('.');

const isPlainWord = /^[A-Za-z_][\w$]*%?(?:\.[A-Za-z_][\w$]*)*$/;

const valueText = (value: OptionValue): string => {
  switch (value.kind) {
    case 'string':
      return stringLiteral(value.value);
    case 'number':
      return String(value.value);
    case 'boolean':
      return String(value.value).toUpperCase();
    case 'word':
      // A keyword (XSMALL, SKIP_FILE_10%) or a name: only a name can have other characters, and it was quoted then.
      return isPlainWord.test(value.value) && !value.name.parts.some(({ quoted }) => quoted)
        ? value.value
        : quotedName(value.name);
    case 'list':
      return `(${value.items.map(valueText).join(', ')})`;
    case 'options':
      return `(${optionsText(value.options)})`;
    case 'variable':
      return value.expression.kind === 'variable' ? `$${value.expression.name}` : '?';
  }
};

const optionsText = (options: Options): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} = ${valueText(value)}`)
    .join(' ');

const without = (options: Options, names: readonly string[]): Options =>
  Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));

const creation = ({ orReplace, ifNotExists, name }: CreateStage | CreatePipe, object: string): string =>
  `CREATE ${orReplace ? 'OR REPLACE ' : ''}${object}${ifNotExists ? ' IF NOT EXISTS' : ''} ${quotedName(name)}`;

/** What only a stage on a cloud's store can have. */
const ofExternalStages = [
  'URL',
  'STORAGE_INTEGRATION',
  'CREDENTIALS',
  'ENCRYPTION',
  'ENDPOINT',
  'AWS_ACCESS_POINT_ARN',
  'USE_PRIVATELINK_ENDPOINT',
  'DIRECTORY',
];

/** True of a stage whose files lie in S3. */
export const isOnS3 = ({ options: { URL: url } }: CreateStage): boolean =>
  url?.kind === 'string' && url.value.toLowerCase().startsWith('s3://');

/** The same stage with its files inside the account: format, copy options and comment stay as they are. */
export const asInternalStage = (stage: CreateStage): string =>
  [
    creation(stage, stage.temporary ? 'TEMPORARY STAGE' : 'STAGE'),
    optionsText(without(stage.options, ofExternalStages)),
  ]
    .join(' ')
    .trim();

/** What only a pipe that is told of files can have. */
const ofAutoIngest = ['AUTO_INGEST', 'AWS_SNS_TOPIC', 'INTEGRATION'];

export const isAutoIngest = ({ options: { AUTO_INGEST: auto } }: CreatePipe): boolean =>
  auto?.kind === 'boolean' && auto.value;

/** The same pipe, told of its files by REFRESH; what it copies stays as written. */
export const asRefreshedPipe = (pipe: CreatePipe): string => {
  const options = optionsText({
    AUTO_INGEST: { kind: 'boolean', value: false },
    ...without(pipe.options, ofAutoIngest),
  });
  return `${creation(pipe, 'PIPE')} ${options} AS ${pipe.copyText}`;
};
