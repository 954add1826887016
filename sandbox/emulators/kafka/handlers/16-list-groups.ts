import { listGroups } from '../../../wire/kafka/messages/16-list-groups.ts';
import { handler } from '../broker.ts';
import { codeOf } from '../errors.ts';

const groupType = 'classic';
const includes = (filter: readonly string[], value: string): boolean =>
  filter.length === 0 || filter.some((item) => item.toLowerCase() === value.toLowerCase());

/** ListGroups: all groups, by state and type (every group here is of type classic). */
export const listGroupsHandler = handler(listGroups, (broker, { statesFilter, typesFilter }) => ({
  errorCode: codeOf('NONE'),
  groups: broker.groups
    .all()
    .filter(({ state }) => includes(statesFilter, state) && includes(typesFilter, groupType))
    .map(({ id, protocolType, state }) => ({
      groupId: id,
      protocolType: protocolType ?? '',
      groupState: state,
      groupType,
    })),
}));
