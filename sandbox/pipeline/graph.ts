import type { CopyIntoTable, CreateStage, ObjectName, StageReference } from '../wire/snowflake-sql/ast.ts';
import { dependencies } from '../wire/snowflake-sql/dependencies.ts';
import type { Artefacts, ConnectorArtefact, SnowflakeStatement } from './artefacts.ts';

/** One place that rows pass. `name` is the real system's own name for it. */
export type GraphNode = {
  id: string;
  kind: NodeKind;
  name: string;
  /** Where it is defined: file, and line when known. */
  definedAt?: string;
  /** Of objects: bucket and key prefix. Of a stage: its URL. */
  url?: string;
};

export type NodeKind =
  | 'api'
  | 'source-table'
  | 'source-connector'
  | 'topic'
  | 'sink-connector'
  | 'objects'
  | 'stage'
  | 'pipe'
  | 'table'
  | 'stream'
  | 'task'
  | 'external';

export type GraphEdge = { from: string; to: string };

export type Graph = {
  nodes: readonly GraphNode[];
  edges: readonly GraphEdge[];
  /** The nodes of each way from a source to a last table, in the order of flow. */
  lanes: readonly Lane[];
};

export type Lane = { name: string; nodes: readonly GraphNode[] };

type Builder = {
  add(node: Omit<GraphNode, 'id'>): string;
  connect(from: string, to: string): void;
  nodes: Map<string, GraphNode>;
  edges: GraphEdge[];
};

const nodeId = (kind: NodeKind, name: string): string => `${kind}:${name}`;

const newBuilder = (): Builder => {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  return {
    nodes,
    edges,
    add: (node) => {
      const id = nodeId(node.kind, node.name);
      nodes.set(id, { ...nodes.get(id), ...node, id });
      return id;
    },
    connect: (from, to) => {
      if (!edges.some((edge) => edge.from === from && edge.to === to)) edges.push({ from, to });
    },
  };
};

const list = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

// A list entry of Debezium is a regular expression; with only its dots escaped or plain it names one table.
const plainName = (pattern: string): string => pattern.replaceAll('\\.', '.');

const addDebezium = (graph: Builder, { name, file, config }: ConnectorArtefact): void => {
  const connector = graph.add({ kind: 'source-connector', name, definedAt: file });
  for (const table of list(config['table.include.list']).map(plainName)) {
    graph.connect(graph.add({ kind: 'source-table', name: table }), connector);
    graph.connect(connector, graph.add({ kind: 'topic', name: `${config['topic.prefix']}.${table}` }));
  }
};

const addHttpSource = (graph: Builder, { name, file, config }: ConnectorArtefact): void => {
  const connector = graph.add({ kind: 'source-connector', name, definedAt: file });
  graph.connect(graph.add({ kind: 'api', name: config['http.request.url'] ?? name }), connector);
  if (config['kafka.topic']) graph.connect(connector, graph.add({ kind: 'topic', name: config['kafka.topic'] }));
};

const addS3Sink = (graph: Builder, { name, file, config }: ConnectorArtefact): void => {
  const connector = graph.add({ kind: 'sink-connector', name, definedAt: file });
  for (const topic of list(config['topics'])) {
    graph.connect(graph.add({ kind: 'topic', name: topic }), connector);
    const url = `s3://${config['s3.bucket.name']}/${config['topics.dir'] ?? 'topics'}/${topic}/`;
    graph.connect(connector, graph.add({ kind: 'objects', name: url, url }));
  }
};

/** A connector whose class is not known to the sandbox: what its settings say about topics is all there is to draw. */
const addOther = (graph: Builder, { name, file, config }: ConnectorArtefact): void => {
  const topics = list(config['topics']);
  const connector = graph.add({
    kind: topics.length > 0 ? 'sink-connector' : 'source-connector',
    name,
    definedAt: file,
  });
  for (const topic of topics) graph.connect(graph.add({ kind: 'topic', name: topic }), connector);
};

const connectorShapes: Readonly<Record<string, (graph: Builder, connector: ConnectorArtefact) => void>> = {
  'io.debezium.connector.mysql.MySqlConnector': addDebezium,
  'com.github.castorm.kafka.connect.http.HttpSourceConnector': addHttpSource,
  'io.confluent.connect.s3.S3SinkConnector': addS3Sink,
};

// Artefacts name an object qualified or not; in one pipeline its last part is enough to know it by.
const objectName = ({ parts }: ObjectName): string => parts.at(-1)?.name.toLowerCase() ?? '';

const stageUrl = ({ options }: CreateStage): string | undefined => {
  const url = options['URL'];
  return url?.kind === 'string' ? url.value : undefined;
};

const stageOf = ({ from }: CopyIntoTable): StageReference | undefined => {
  if (from.kind === 'stage') return from;
  return from.kind === 'location' ? undefined : dependencies({ kind: 'select', query: from, at: 0 }).readsStages[0];
};

const addSnowflake = (graph: Builder, { file, line, statement }: SnowflakeStatement): void => {
  const definedAt = `${file}:${line}`;
  const named = (kind: NodeKind, name: ObjectName): string => {
    const known = graph.nodes.get(nodeId('stream', objectName(name)));
    return kind === 'table' && known ? known.id : graph.add({ kind, name: objectName(name) });
  };
  if (statement.kind === 'create-table') graph.add({ kind: 'table', name: objectName(statement.name), definedAt });
  if (statement.kind === 'create-stage') {
    const url = stageUrl(statement);
    graph.add({ kind: 'stage', name: objectName(statement.name), definedAt, ...(url === undefined ? {} : { url }) });
  }
  if (statement.kind === 'create-pipe') {
    const pipe = graph.add({ kind: 'pipe', name: objectName(statement.name), definedAt });
    const stage = stageOf(statement.copy);
    if (stage?.name) graph.connect(named('stage', stage.name), pipe);
    graph.connect(pipe, named('table', statement.copy.table));
  }
  if (statement.kind === 'create-stream') {
    const stream = graph.add({ kind: 'stream', name: objectName(statement.name), definedAt });
    graph.connect(named('table', statement.source.name), stream);
  }
  if (statement.kind === 'create-task' && statement.body) {
    const task = graph.add({ kind: 'task', name: objectName(statement.name), definedAt });
    const { reads, writes } = dependencies(statement.body);
    const written = new Set(writes.map((name) => named('table', name)));
    for (const name of written) graph.connect(task, name);
    // A MERGE reads what it writes: that is no flow.
    for (const name of reads.map((read) => named('table', read))) if (!written.has(name)) graph.connect(name, task);
  }
};

const connectStages = (graph: Builder): void => {
  const all = [...graph.nodes.values()];
  for (const stage of all.filter(({ kind, url }) => kind === 'stage' && url)) {
    for (const objects of all.filter(({ kind }) => kind === 'objects')) {
      const [stageUrl, objectsUrl] = [stage.url as string, objects.url as string];
      if (objectsUrl.startsWith(stageUrl) || stageUrl.startsWith(objectsUrl)) graph.connect(objects.id, stage.id);
    }
  }
};

/** What is reached from `start`, each node after all that lead to it. */
const inOrderOfFlow = (start: GraphNode, { nodes, edges }: Builder): GraphNode[] => {
  const after: GraphNode[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const edge of edges) if (edge.from === id) visit(edge.to);
    const node = nodes.get(id);
    if (node) after.unshift(node);
  };
  visit(start.id);
  return after;
};

const lanesOf = (graph: Builder): Lane[] => {
  const sources = [...graph.nodes.values()].filter(({ id }) => !graph.edges.some((edge) => edge.to === id));
  return sources
    .map((source) => inOrderOfFlow(source, graph))
    .filter((nodes) => nodes.length > 1)
    .map((nodes) => ({
      name: nodes.findLast(({ kind }) => kind === 'table')?.name ?? (nodes[0] as GraphNode).name,
      nodes,
    }));
};

/** The pipeline as the artefacts define it: who hands rows to whom. */
export const deriveGraph = (artefacts: Artefacts): Graph => {
  const graph = newBuilder();
  for (const connector of artefacts.connectors) {
    (connectorShapes[connector.config['connector.class'] ?? ''] ?? addOther)(graph, connector);
  }
  for (const statement of artefacts.snowflake) addSnowflake(graph, statement);
  connectStages(graph);
  return { nodes: [...graph.nodes.values()], edges: graph.edges, lanes: lanesOf(graph) };
};
