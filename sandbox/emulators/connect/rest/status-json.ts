import { restErrors } from '../errors.ts';
import type { Herder } from '../worker/herder.ts';
import type { Status } from '../worker/status-store.ts';

// ConnectorStateInfo as JSON; `trace` only when there is one.

const stateJson = ({ state, workerId, version, trace }: Status) => ({
  state,
  worker_id: workerId,
  version,
  ...(trace === null ? {} : { trace }),
});

export const taskStatusJson = (herder: Herder, name: string, id: string) => {
  const status = herder.statuses.task(name, Number(id));
  if (status === undefined) throw restErrors.noStatusOfTask(name, id);
  return { id: Number(id), ...stateJson(status) };
};

export const connectorStatusJson = (herder: Herder, name: string) => {
  const status = herder.statuses.connector(name);
  if (status === undefined) throw restErrors.noStatusOfConnector(name);
  return {
    name,
    connector: stateJson(status),
    tasks: herder.statuses.taskIds(name).map((id) => taskStatusJson(herder, name, String(id))),
    type: herder.typeOf(herder.configs.get(name)?.config ?? {}),
  };
};
