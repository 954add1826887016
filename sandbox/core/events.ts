/** What a component tells about itself, for the screen and the log; never part of a protocol. */
export type SandboxEvent = {
  component: string;
  kind: 'info' | 'warning' | 'not-emulated' | 'failed';
  message: string;
};

export type Emit = (event: SandboxEvent) => void;
