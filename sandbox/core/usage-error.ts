/** Something the user gave is wrong (a flag, a file, a taken port): one clear line, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
