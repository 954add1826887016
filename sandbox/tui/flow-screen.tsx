import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { clockTime } from './format.ts';
import { Addresses, Help } from './help.tsx';
import { LaneColumn } from './lane-column.tsx';
import type { Model } from './model.ts';
import { NewestRows } from './newest-rows.tsx';

export type View = 'flow' | 'help' | 'addresses' | 'events';

export type FlowScreenProps = {
  model: Model;
  view: View;
  /** The first lane to draw. */
  firstLane: number;
  columns: number;
  rows: number;
};

const laneWidthAtLeast = 39;
const newestLinesAtLeast = 4;

const Header = ({ model, columns }: { model: Model; columns: number }): ReactElement => (
  <Box width={columns} justifyContent="space-between">
    <Text wrap="truncate">
      <Text bold>Sluicebox</Text> {clockTime(model.nowMs - model.startedAtMs)}
      {model.seed === '' ? '' : `  seed ${model.seed}`}
    </Text>
    <Text dimColor>? help q quit</Text>
  </Box>
);

const Footer = ({ model }: { model: Model }): ReactElement => {
  const last = model.events.at(-1);
  if (!last || last.kind === 'info') return <Text wrap="truncate">{model.step}</Text>;
  const isBad = last.kind === 'failed';
  return (
    <Text wrap="truncate" {...(isBad ? { color: 'red' } : {})}>
      {last.component}: {last.kind}: {last.message.split('\n')[0]}
    </Text>
  );
};

const Events = ({ model, lines }: { model: Model; lines: number }): ReactElement => (
  <Box flexDirection="column">
    {model.events.length === 0 ? <Text>nothing yet</Text> : null}
    {model.events.slice(-lines).map((event) => (
      <Text key={event.number} wrap="truncate">
        {event.component}: {event.kind}: {event.message.split('\n')[0]}
      </Text>
    ))}
  </Box>
);

const Flow = ({
  model,
  firstLane,
  columns,
  lines,
}: {
  model: Model;
  firstLane: number;
  columns: number;
  lines: number;
}) => {
  const all = model.graph?.lanes ?? [];
  const perScreen = Math.max(1, Math.floor(columns / laneWidthAtLeast));
  const lanes = all.slice(firstLane, firstLane + perScreen);
  const width = Math.floor(columns / Math.max(1, Math.min(perScreen, all.length)));
  const wanted = 1 + Math.max(0, ...lanes.map(({ nodes }) => nodes.length));
  const laneLines = Math.min(wanted, Math.max(4, lines - newestLinesAtLeast * lanes.length));
  const newestLines = Math.floor((lines - laneLines) / Math.max(1, lanes.length));
  return (
    <Box flexDirection="column">
      <Box>
        {lanes.map((lane) => (
          <LaneColumn
            key={lane.name}
            lane={lane}
            readings={model.readings}
            firstRowMs={model.firstRowMs[lane.name]}
            width={width}
            lines={laneLines}
          />
        ))}
      </Box>
      {lanes.map(({ name }) => (
        <NewestRows
          key={name}
          table={name}
          rows={model.readings?.newest[name] ?? []}
          width={columns}
          lines={newestLines}
        />
      ))}
    </Box>
  );
};

/** The whole screen for one model and size. One line lower than the terminal: at full height Ink would clear it at each frame. */
export const FlowScreen = ({ model, view, firstLane, columns, rows }: FlowScreenProps): ReactElement => {
  const lines = rows - 4;
  return (
    <Box flexDirection="column" height={rows - 1} width={columns}>
      <Header model={model} columns={columns} />
      <Box flexDirection="column" height={lines + 1} overflow="hidden">
        {view === 'flow' ? <Flow model={model} firstLane={firstLane} columns={columns} lines={lines} /> : null}
        {view === 'help' ? <Help /> : null}
        {view === 'addresses' ? <Addresses address={model.address} lines={lines} /> : null}
        {view === 'events' ? <Events model={model} lines={lines} /> : null}
      </Box>
      <Footer model={model} />
    </Box>
  );
};
