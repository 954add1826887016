/** Containers were asked for and Docker cannot give them: one line that says why and what helps. */
export class DockerFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DockerFailed';
  }
}
