import { build, isStale } from '../build.config.mjs';

/** Tests that start the program run what a user runs: the build, made from the sources as they are now. */
export default async function setup(): Promise<void> {
  if (isStale()) await build();
}
