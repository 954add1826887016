import { findCoordinator } from '../../../wire/kafka/messages/10-find-coordinator.ts';
import { handler } from '../broker.ts';
import { codeOf, KafkaError } from '../errors.ts';

const groupKey = 0;
const transactionKey = 1;

/** FindCoordinator: this broker coordinates every group and transaction. Share groups (key type 2) are not emulated. */
export const findCoordinatorHandler = handler(findCoordinator, (broker, request, { version, host, port }) => {
  const known = request.keyType === groupKey || request.keyType === transactionKey;
  const isOld = version < 4;
  const here = { nodeId: broker.nodeId, host, port, errorCode: codeOf('NONE'), errorMessage: isOld ? 'NONE' : '' };
  const problem = new KafkaError('INVALID_REQUEST');
  const nowhere = {
    nodeId: -1,
    host: '',
    port: -1,
    errorCode: problem.code,
    errorMessage: isOld ? problem.message : '',
  };
  if (!known) {
    const message = `coordinators of key type ${request.keyType} are not emulated by the sandbox's kafka`;
    broker.emit({ component: 'kafka', kind: 'not-emulated', message });
  }
  const answer = known ? here : nowhere;
  return isOld ? answer : { coordinators: request.keys.map((key) => ({ key, ...answer })) };
});
