import type { Clock } from '../../core/clock.ts';
import type { Sandbox } from '../../pipeline/sandbox.ts';
import type { StepTarget } from '../scenario.ts';

type Part = { crash(): Promise<void>; stop(): Promise<void>; start(): Promise<void> };

const parts = (sandbox: Sandbox, target: StepTarget): readonly Part[] => {
  const components = [...sandbox.components.values()];
  if (target === 'simulators') return [sandbox.simulators];
  // The whole sandbox: every server and the simulators, at the same moment.
  if (target === 'sandbox') return [...components, sandbox.simulators];
  return components.filter(({ name }) => name === target);
};

/** Ends a component (`crash`: kill -9, `stop`: in order), leaves it down for a while, and starts it again on its state. */
export const endAndStart = async (
  how: 'crash' | 'stop',
  target: StepTarget,
  downMs: number,
  sandbox: Sandbox,
  clock: Clock,
): Promise<void> => {
  const ended = parts(sandbox, target);
  await Promise.all(ended.map((part) => part[how]()));
  await clock.sleep(downMs);
  await Promise.all(ended.map((part) => part.start()));
};
