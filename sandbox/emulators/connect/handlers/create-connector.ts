import { restErrors } from '../errors.ts';
import { textMap, withName, withoutNulls } from '../rest/connector-config-body.ts';
import { jacksonLocation } from '../rest/jackson-location.ts';
import type { RestHandler } from '../rest/rest-handler.ts';
import type { TargetState } from '../worker/config-store.ts';

const known = ['name', 'config', 'initial_state'];
const initialStates: Readonly<Record<string, TargetState>> = {
  RUNNING: 'STARTED',
  PAUSED: 'PAUSED',
  STOPPED: 'STOPPED',
};
const requestClass = 'org.apache.kafka.connect.runtime.rest.entities.CreateConnectorRequest';

const initialState = (value: unknown, bodyText: string): TargetState | undefined => {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  const state = initialStates[text.toUpperCase()];
  if (state !== undefined) return state;
  const problem = `Cannot construct instance of \`${requestClass}$InitialState\`, problem: No enum constant ${requestClass}.InitialState.${text.toUpperCase()}`;
  const at = bodyText.indexOf(JSON.stringify(text), bodyText.indexOf('"initial_state"'));
  throw restErrors.malformedJson(
    `${problem}${jacksonLocation(bodyText, at)} (through reference chain: ${requestClass}["initial_state"])`,
  );
};

/** Where Jackson stands when it has seen a member's value: a number is read with the character that ends it, a string only opened. */
const behindFirstToken = (text: string, afterName: number): number => {
  const start = text.slice(afterName).search(/[^\s:]/) + afterName;
  const number = /^-?[\d.eE+-]+/.exec(text.slice(start));
  if (number !== null) return start + number[0].length + 1;
  return start + (/^(?:true|false|null)/.exec(text.slice(start))?.[0].length ?? 1);
};

/** POST /connectors: creates; answers before the connector runs. */
export const createConnector: RestHandler = {
  method: 'POST',
  path: '/connectors',
  answer: async ({ body, bodyText, baseUrl }, { herder }) => {
    if (body === undefined || body === null || typeof body !== 'object' || Array.isArray(body)) {
      throw restErrors.nullPointer(`Cannot invoke "${requestClass}.name()" because "createRequest" is null`);
    }
    const unknown = Object.keys(body).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      const at = behindFirstToken(bodyText, bodyText.indexOf(JSON.stringify(unknown)) + JSON.stringify(unknown).length);
      throw restErrors.malformedJson(
        `Unrecognized field "${unknown}" (class ${requestClass}), not marked as ignorable (3 known properties: "config", "name", "initial_state")` +
          `${jacksonLocation(bodyText, at)} (through reference chain: ${requestClass}["${unknown}"])`,
      );
    }
    const targetState = initialState(body['initial_state'], bodyText);
    const name = typeof body['name'] === 'string' ? body['name'].trim() : '';
    const map = textMap(body['config'], bodyText);
    if (map === null)
      throw restErrors.nullPointer('Cannot invoke "java.util.Map.get(Object)" because "connectorConfig" is null');
    const config = withName(withoutNulls(map), name);
    const { info } = await herder.putConnector(name, config, {
      replace: false,
      ...(targetState === undefined ? {} : { targetState }),
    });
    return { status: 201, body: info, location: `${baseUrl}/connectors/${encodeURIComponent(name)}` };
  },
};
