/** One file of observations: of which images, when, and what by name. */
export type Observed = { images: Record<string, string>; date: string; observations: Record<string, unknown> };

type Observation = { name: string; value: unknown; images: Readonly<Record<string, string>>; date: string };

const sorted = <Value>(entries: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(entries).sort(([left], [right]) => (left < right ? -1 : 1)));

/** The file with one observation more, or anew. */
export const recorded = (before: Observed | undefined, { name, value, images, date }: Observation): Observed => {
  if (Object.keys(images).length === 0) throw new Error(`${name}: the provider did not tell which image answered`);
  const text = JSON.stringify(value);
  if (text === undefined) throw new Error(`${name}: undefined cannot be kept`);
  return {
    images: sorted({ ...before?.images, ...images }),
    date,
    observations: sorted({ ...before?.observations, [name]: JSON.parse(text) as unknown }),
  };
};

/** What was kept under a name; a missing one is told by name. */
export const storedObservation = (observed: Observed | undefined, component: string, name: string): unknown => {
  if (observed === undefined || !Object.hasOwn(observed.observations, name))
    throw new Error(
      `observations/${component}.json has no "${name}": record it with SANDBOX_PROVIDERS=containers SANDBOX_OBSERVE=1`,
    );
  return observed.observations[name];
};
