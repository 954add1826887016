import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Address } from '../components/component.ts';

const keys: readonly (readonly [string, string])[] = [
  ['?', 'this help, and back'],
  ['a', 'addresses to connect to'],
  ['e', 'events: warnings, refusals, what start-up did'],
  ['← →', 'further lanes, when there are more than fit'],
  ['Esc', 'back to the flow'],
  ['q', 'quit: everything stops in order, state is kept in .sandbox'],
];

const marks = '● running   ○ waiting for data   ‖ paused or suspended   ✗ failed or down';

export const Help = (): ReactElement => (
  <Box flexDirection="column">
    {keys.map(([key, what]) => (
      <Text key={key}>
        <Text bold>{key.padEnd(6)}</Text>
        {what}
      </Text>
    ))}
    <Text> </Text>
    <Text>{marks}</Text>
    <Text> </Text>
    <Text>From another terminal: npm run -s sandbox -- status | env | sql "SELECT …"</Text>
    <Text dimColor>
      Snowpipe loads and triggered tasks run at once here; on a real account each takes 10 to 60 seconds.
    </Text>
  </Box>
);

/** Every address by name, as `env` exports it. */
export const Addresses = ({ address, lines }: { address: Address; lines: number }): ReactElement => (
  <Box flexDirection="column">
    {Object.entries(address)
      .slice(0, lines)
      .map(([name, value]) => (
        <Text key={name} wrap="truncate">
          {name}={value}
        </Text>
      ))}
  </Box>
);
