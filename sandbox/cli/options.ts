import { InvalidArgumentError } from 'commander';
import { type ComponentName, componentNames } from '../components/component.ts';
import { type ProviderChoice, type ProviderName, providerNames } from '../providers/provider.ts';

const isComponentName = (name: string): name is ComponentName => (componentNames as readonly string[]).includes(name);

export const componentName = (name: string): ComponentName => {
  if (isComponentName(name)) return name;
  throw new InvalidArgumentError(`components are ${componentNames.join(', ')}.`);
};

export type ChosenPorts = Partial<Record<ComponentName | 'clickstream', number>>;

/** `--port kafka=19092`, repeatable; 0 takes a free port. */
export const collectPort = (text: string, ports: ChosenPorts): ChosenPorts => {
  const [name = '', digits = ''] = text.split('=');
  const port = Number(digits);
  if (!/^\d+$/.test(digits) || port > 65_535) throw new InvalidArgumentError('it is COMPONENT=PORT, as kafka=9092.');
  return { ...ports, [name === 'clickstream' ? name : componentName(name)]: port };
};

/** `--set NAME=VALUE`, repeatable. */
export const collectSetting = (text: string, settings: Record<string, string>): Record<string, string> => {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('it is NAME=VALUE.');
  return { ...settings, [text.slice(0, equals)]: text.slice(equals + 1) };
};

/** `30s`, `5m`, `500ms` in milliseconds. */
export const durationMs = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (!match) throw new InvalidArgumentError('it is a number and a unit, as 500ms, 30s, 5m or 1h.');
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
};

const everyComponent = (provider: ProviderName): ProviderChoice =>
  Object.fromEntries(componentNames.map((name) => [name, provider])) as ProviderChoice;

export const allEmbedded = everyComponent('embedded');

const providerName = (text: string): ProviderName => {
  const name = text === 'containers' ? 'container' : text;
  if ((providerNames as readonly string[]).includes(name)) return name as ProviderName;
  throw new InvalidArgumentError(`providers are ${providerNames.join(', ')}.`);
};

// There is no real Snowflake in a container: what an image could hold is the embedded one.
const everyComponentBy = (provider: ProviderName): ProviderChoice =>
  provider === 'container' ? { ...everyComponent(provider), snowflake: 'embedded' } : everyComponent(provider);

/** `--provider containers`, or `--provider kafka=container,mysql=external`, repeatable. */
export const collectProvider = (text: string, choice: ProviderChoice): ProviderChoice => {
  let chosen = choice;
  for (const part of text.split(',')) {
    const [component = '', provider] = part.split('=');
    if (provider === undefined) chosen = everyComponentBy(providerName(component));
    else chosen = { ...chosen, [componentName(component)]: providerName(provider) };
  }
  return chosen;
};
