/** A refusal: something the real system does and the emulator does not. Answered in the protocol's own words, never as success. */
export class NotEmulated extends Error {
  readonly component: string;
  readonly what: string;

  constructor(component: string, what: string) {
    super(`${what} is not emulated by the sandbox's ${component}`);
    this.name = 'NotEmulated';
    this.component = component;
    this.what = what;
  }
}
