/** Runs operations one after the other, in the order they were asked for. A failed one does not stop those behind it. */
export const oneAtATime = () => {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(operation: () => Promise<T>): Promise<T> => {
    const result = last.then(operation);
    last = result.catch(() => {});
    return result;
  };
};
