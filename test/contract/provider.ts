import type { Provider } from './deviations.ts';

/** On whom this run of the suite is; vitest.config.ts makes one project a provider. */
export const provider: Provider = process.env['SANDBOX_PROVIDER'] === 'containers' ? 'containers' : 'embedded';
