import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { NodeReading, Readings } from '../monitor/reading.ts';
import type { GraphNode, Lane } from '../pipeline/graph.ts';
import { colour, count, cutAtEnd, cutToWidth, mark, perSecond, seconds } from './format.ts';

const nameOf = ({ kind, name }: GraphNode): string => {
  if (kind === 'api') return `GET ${name.replace(/^\$\{env:[^}]+\}/, '')}`;
  if (kind === 'objects') return name;
  return name;
};

// How a row reads: its figure, and for what has none, its state in words.
const figureOf = (reading: NodeReading | undefined): string => {
  if (!reading) return '';
  if (reading.total !== undefined) return count(reading.total);
  return reading.state;
};

const restOf = (reading: NodeReading | undefined): string => {
  if (!reading) return '';
  if (reading.backlog !== undefined) return reading.backlog > 0 ? `lag ${count(reading.backlog)}` : 'lag 0';
  if (reading.perSecond !== undefined) return perSecond(reading.perSecond);
  return reading.note ?? '';
};

// A Java exception's package tells nothing in so few columns.
const reasonOf = (reading: NodeReading | undefined): string => (reading?.note ?? '').replace(/^(?:\w+\.)+/, '');

const figureWidth = 8;
const restWidth = 8;

const NodeLine = ({ node, reading, width }: { node: GraphNode; reading: NodeReading | undefined; width: number }) => {
  const state = reading?.state ?? 'waiting';
  const isBad = state === 'failed' || state === 'down';
  const nameWidth = width - 2 - figureWidth - restWidth - 2;
  const shade = colour[state];
  return (
    <Text wrap="truncate">
      <Text {...(shade === undefined ? {} : { color: shade })}>{mark[state]} </Text>
      {cutToWidth(nameOf(node), nameWidth)}
      {isBad ? (
        <Text color="red"> {cutAtEnd(`${state}: ${reasonOf(reading)}`, figureWidth + restWidth + 1)}</Text>
      ) : (
        <Text>
          {' '}
          {figureOf(reading).padStart(figureWidth)} {cutToWidth(restOf(reading), restWidth)}
        </Text>
      )}
    </Text>
  );
};

// What has no figures of its own gives way first when the screen is low.
const leastTelling: readonly GraphNode['kind'][][] = [['stage'], ['stream'], ['source-connector', 'objects']];

/** The lane's nodes that fit in so many lines. */
export const nodesThatFit = (lane: Lane, lines: number): readonly GraphNode[] => {
  let nodes = lane.nodes;
  for (const kinds of leastTelling) {
    if (nodes.length <= lines) break;
    nodes = nodes.filter(({ kind }) => !kinds.includes(kind));
  }
  return nodes.slice(-lines);
};

export type LaneColumnProps = {
  lane: Lane;
  readings: Readings | undefined;
  firstRowMs: number | undefined;
  width: number;
  lines: number;
};

/** One lane, hop by hop, from its source down to its last table. */
export const LaneColumn = ({ lane, readings, firstRowMs, width, lines }: LaneColumnProps): ReactElement => (
  <Box flexDirection="column" width={width}>
    <Text bold wrap="truncate">
      {cutToWidth(lane.name, Math.min(lane.name.length, width - 16))}
      <Text dimColor>{firstRowMs === undefined ? '  no row yet' : `  first ${seconds(firstRowMs)}`}</Text>
    </Text>
    {nodesThatFit(lane, lines - 1).map((node) => (
      <NodeLine key={node.id} node={node} reading={readings?.nodes[node.id]} width={width - 1} />
    ))}
  </Box>
);
