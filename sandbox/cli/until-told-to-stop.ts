/** Resolves at SIGINT or SIGTERM, or when the time is over. */
export const untilToldToStop = (forMs?: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
