import { NotEmulated } from '../../../../core/not-emulated.ts';
import { javaHashOrder } from '../../../../wire/connect/java-hash-order.ts';
import { type TypedConfig, typedConfig } from '../../config/definitions.ts';
import { ConfigError, ConnectError } from '../../connect-errors.ts';
import type { ConnectorConfig, OffsetMap, SourceTask, SourceTaskContext } from '../../plugin.ts';
import { breakDownHeaders, breakDownMap, breakDownQueryParams, inRanges } from './config-text.ts';
import { confirmationWindow } from './confirmation-window.ts';
import { taskDefinitions } from './definitions.ts';
import { type HttpRequest, openHttpClient } from './http-client.ts';
import { createFilter, createSorter, offsetTimestampMs } from './record-order.ts';
import { recordParser, sourcePartition } from './record-parser.ts';
import { compileTemplate } from './template.ts';
import { createTimer } from './timer.ts';

// HttpSourceTask. The offset in the request moves on only in commit(), which the worker calls each offset.flush.interval.ms: a poll before that
// asks for the same page again, and its records are written again (golden/clickstream-topic-castorm.jsonl has 43 such repeats).

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH'];

const requestFactory = (config: TypedConfig): ((offset: OffsetMap) => HttpRequest) => {
  const method = config.text('http.request.method');
  if (!methods.includes(method)) {
    throw new ConfigError(
      `No enum constant com.github.castorm.kafka.connect.http.model.HttpRequest.HttpMethod.${method}`,
    );
  }
  const factoryClass = config.text('http.request.template.factory');
  const factory = factoryClass.slice(factoryClass.lastIndexOf('.') + 1);
  const compile = (text: string) => {
    if (factory === 'NoTemplateFactory') return () => text;
    if (factory === 'FreeMarkerTemplateFactory') return compileTemplate(text, false);
    if (factory === 'BackwardsCompatibleFreeMarkerTemplateFactory') return compileTemplate(text, true);
    throw new NotEmulated('connect', `http.request.template.factory=${factoryClass}`);
  };
  const [url, headers, params, body] = [
    compile(config.text('http.request.url')),
    compile(config.text('http.request.headers')),
    compile(config.text('http.request.params')),
    compile(config.text('http.request.body')),
  ];
  return (offset) => ({
    method,
    url: withParams(url(offset), breakDownQueryParams(params(offset))),
    headers: breakDownHeaders(headers(offset)),
    body: method === 'GET' || method === 'HEAD' ? null : body(offset),
  });
};

/** OkHttp's addEncodedQueryParameter: what is already encoded stays; names in the order of the HashMap they are grouped in. */
const withParams = (base: string, params: readonly [string, string][]): string => {
  let url: URL;
  try {
    url = new URL(base);
  } catch {
    throw new ConnectError(`Expected URL scheme 'http' or 'https' but was ${base}`, {
      javaClass: 'java.lang.IllegalArgumentException',
    });
  }
  const names = javaHashOrder([...new Set(params.map(([name]) => name))]);
  const query = names.flatMap((wanted) =>
    params.filter(([name]) => name === wanted).map(([name, value]) => `${name}=${value}`),
  );
  const search = [url.search.replace(/^\?/, ''), ...query].filter((part) => part !== '').join('&');
  url.search = search.replaceAll(' ', '%20');
  return url.href;
};

const refuseUnknownClasses = (config: TypedConfig): void => {
  const only: readonly (readonly [string, readonly string[]])[] = [
    ['http.client', ['OkHttpClient']],
    ['http.request.factory', ['TemplateHttpRequestFactory']],
    ['http.response.parser', ['PolicyHttpResponseParser', 'KvHttpResponseParser']],
    ['http.record.sorter', ['OrderDirectionSourceRecordSorter']],
    ['http.response.policy', ['StatusCodeHttpResponsePolicy']],
    ['http.response.policy.parser', ['KvHttpResponseParser']],
    ['http.response.record.parser', ['JacksonKvRecordHttpResponseParser']],
    ['http.auth', ['ConfigurableHttpAuthenticator', 'NoneHttpAuthenticator', 'BasicHttpAuthenticator']],
  ];
  for (const [setting, known] of only) {
    const className = config.text(setting);
    if (!known.includes(className.slice(className.lastIndexOf('.') + 1)))
      throw new NotEmulated('connect', `${setting}=${className}`);
  }
  for (const setting of ['http.client.proxy.host', 'http.client.keystore']) {
    if (config.text(setting) !== '') throw new NotEmulated('connect', `Setting ${setting}`);
  }
};

const authorizationOf = (config: TypedConfig): string | null => {
  const authenticator = config.text('http.auth');
  const type = config.text('http.auth.type').toUpperCase();
  if (type !== 'NONE' && type !== 'BASIC') {
    throw new ConfigError(
      `No enum constant com.github.castorm.kafka.connect.http.auth.spi.HttpAuthenticationType.${type}`,
    );
  }
  const basic =
    authenticator.endsWith('.BasicHttpAuthenticator') ||
    (authenticator.endsWith('.ConfigurableHttpAuthenticator') && type === 'BASIC');
  const user = config.text('http.auth.user');
  const password = config.text('http.auth.password');
  if (!basic || (user === '' && password === '')) return null;
  return `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`;
};

type Outcome = 'process' | 'skip' | 'fail';

const policy = (config: TypedConfig): ((status: number) => Outcome) => {
  if (config.text('http.response.parser').endsWith('.KvHttpResponseParser')) return () => 'process';
  const processed = inRanges(config.text('http.response.policy.codes.process'));
  const skipped = inRanges(config.text('http.response.policy.codes.skip'));
  return (status) => (processed(status) ? 'process' : skipped(status) ? 'skip' : 'fail');
};

export const startHttpSourceTask = async (given: ConnectorConfig, context: SourceTaskContext): Promise<SourceTask> => {
  const { clock, log } = context;
  const config = typedConfig(taskDefinitions, given);
  refuseUnknownClasses(config);
  const createRequest = requestFactory(config);
  const parse = recordParser(config, clock);
  const sort = createSorter(config);
  const unseen = createFilter(config);
  const outcomeOf = policy(config);
  const timer = createTimer(config, clock);
  const client = openHttpClient({
    connectTimeoutMs: config.number('http.client.connection.timeout.millis'),
    readTimeoutMs: config.number('http.client.read.timeout.millis'),
    authorization: authorizationOf(config),
  });
  const initial: OffsetMap = Object.fromEntries(breakDownMap(config.text('http.offset.initial')));
  const stored = await context.readOffset(sourcePartition);
  let offset: OffsetMap = stored !== null && Object.keys(stored).length > 0 ? stored : initial;
  let window = confirmationWindow([]);

  return {
    poll: async (signal) => {
      await clock.sleep(timer.nextPauseMs(offsetTimestampMs(offset) ?? clock.nowMs()), signal);
      if (signal.aborted) return [];
      const response = await client.execute(createRequest(offset), signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
      if (response === null) return [];
      const { status, body } = response;
      const outcome = outcomeOf(status);
      if (outcome === 'fail') {
        const text = `Policy failed for response code: ${status}, body: ${body.toString('utf8').slice(0, 2_000)}`;
        throw new ConnectError(text, { javaClass: 'java.lang.IllegalStateException' });
      }
      if (outcome === 'skip') log.warn(`Unexpected HttpResponse status code: ${status}, continuing with no records`);
      const records = outcome === 'skip' ? [] : sort(parse(body)).filter(unseen(offset));
      window = confirmationWindow(records);
      return records;
    },
    commitRecord: (record) => window.confirm(record),
    commit: async () => {
      offset = window.lowWatermark() ?? offset;
    },
    stop: async () => client.close(),
  };
};
