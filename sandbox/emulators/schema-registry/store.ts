import { join } from 'node:path';
import type { Emit } from '../../core/events.ts';
import { openJournal } from '../../core/journal.ts';

export type Reference = { name: string; subject: string; version: number };

export type SchemaVersion = {
  subject: string;
  version: number;
  id: number;
  /** As Avro prints it. */
  schema: string;
  references: Reference[];
  isDeleted: boolean;
};

export const compatibilityLevels = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;
export type CompatibilityLevel = (typeof compatibilityLevels)[number];

/** What is set for a subject or for all; what is absent is inherited. */
export type Config = { compatibilityLevel?: CompatibilityLevel; normalize?: boolean };

export const modes = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'] as const;
export type Mode = (typeof modes)[number];

/** Subject of what is set for all. */
export const everySubject = '';

export type Change =
  | { kind: 'version-registered'; version: SchemaVersion; replaced: number[] }
  | { kind: 'versions-deleted'; subject: string; versions: number[] }
  | { kind: 'versions-removed'; subject: string; versions: number[] }
  | { kind: 'config-set'; subject: string; config: Config | null }
  | { kind: 'mode-set'; subject: string; mode: Mode | null };

export type Store = {
  /** In order of name; a subject is there as long as it has a version, deleted or not. */
  subjects(): string[];
  /** In order of version, deleted ones included. */
  versions(subject: string): readonly SchemaVersion[];
  versionsOfId(id: number): SchemaVersion[];
  greatestId(): number;
  config(subject: string): Config | undefined;
  mode(subject: string): Mode | undefined;
  /** Brings a change to disk, then to memory; when it throws, nothing has changed. */
  commit(change: Change): void;
  close(): void;
};

type Memory = {
  subjects: Map<string, SchemaVersion[]>;
  configs: Map<string, Config>;
  modes: Map<string, Mode>;
  greatestId: number;
};

const forgetSubject = (memory: Memory, subject: string) => {
  memory.subjects.delete(subject);
  memory.configs.delete(subject);
  memory.modes.delete(subject);
};

const register = (memory: Memory, version: SchemaVersion, replaced: readonly number[]) => {
  const kept = (memory.subjects.get(version.subject) ?? []).filter(
    (candidate) => candidate.version !== version.version && !replaced.includes(candidate.version),
  );
  const versions = [...kept, version].sort((left, right) => left.version - right.version);
  memory.subjects.set(version.subject, versions);
  memory.greatestId = Math.max(memory.greatestId, version.id);
};

const setOrForget = <Value>(map: Map<string, Value>, subject: string, value: Value | null) => {
  if (value === null) map.delete(subject);
  else map.set(subject, value);
};

const apply = (memory: Memory, change: Change): void => {
  switch (change.kind) {
    case 'version-registered':
      register(memory, change.version, change.replaced);
      return;
    case 'versions-deleted':
      for (const version of memory.subjects.get(change.subject) ?? [])
        if (change.versions.includes(version.version)) version.isDeleted = true;
      return;
    case 'versions-removed': {
      const left = (memory.subjects.get(change.subject) ?? []).filter(
        (version) => !change.versions.includes(version.version),
      );
      if (left.length === 0) forgetSubject(memory, change.subject);
      else memory.subjects.set(change.subject, left);
      return;
    }
    case 'config-set':
      setOrForget(memory.configs, change.subject, change.config);
      return;
    case 'mode-set':
      setOrForget(memory.modes, change.subject, change.mode);
      return;
  }
};

export const openStore = (dataDir: string, emit: Emit): Store => {
  const memory: Memory = { subjects: new Map(), configs: new Map(), modes: new Map(), greatestId: 0 };
  const { journal, cutBytes } = openJournal<Change>(join(dataDir, 'journal'), (change) => apply(memory, change));
  if (cutBytes > 0) {
    const message = `cut an unfinished write of ${cutBytes} bytes from the journal`;
    emit({ component: 'schema-registry', kind: 'info', message });
  }
  return {
    subjects: () => [...memory.subjects.keys()].sort(),
    versions: (subject) => memory.subjects.get(subject) ?? [],
    versionsOfId: (id) => [...memory.subjects.values()].flat().filter((version) => version.id === id),
    greatestId: () => memory.greatestId,
    config: (subject) => memory.configs.get(subject),
    mode: (subject) => memory.modes.get(subject),
    commit: (change) => {
      journal.append(change);
      apply(memory, change);
    },
    close: () => journal.close(),
  };
};
