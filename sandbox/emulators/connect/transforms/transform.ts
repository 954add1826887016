import type { TypedConfig } from '../config/definitions.ts';
import type { ConfigDefinition, ConnectRecord } from '../plugin.ts';

/** One applied transformation: the record changed, or null to drop it. Throws DataError. */
export type Transform = (record: ConnectRecord) => ConnectRecord | null;

export type TransformFactory = {
  /** As in transforms.<alias>.type, `$Key` or `$Value` included. */
  className: string;
  version: string;
  configDefinitions: readonly ConfigDefinition[];
  create(config: TypedConfig): Transform;
};

export type Predicate = (record: ConnectRecord) => boolean;

export type PredicateFactory = {
  className: string;
  version: string;
  configDefinitions: readonly ConfigDefinition[];
  create(config: TypedConfig): Predicate;
};
