import type { Operation } from '../operation.ts';
import { checkAgainstSubject, checkAgainstVersion } from './check-compatibility.ts';
import { configOperations } from './config.ts';
import { deleteSubject, deleteVersion } from './delete-schemas.ts';
import { lookUpSchema } from './look-up-schema.ts';
import { modeOperations } from './mode.ts';
import { refusedOperations } from './refused.ts';
import { registerSchema } from './register-schema.ts';
import {
  getRoot,
  getSchemaById,
  getSchemaTextById,
  getSubjectsOfId,
  getVersionsOfId,
  listContexts,
  listSchemas,
  listTypes,
} from './schemas.ts';
import { listSubjects } from './subjects.ts';
import { getReferencedBy, getVersion, getVersionSchema, listVersions } from './versions.ts';

/** Every operation that this server answers by itself. */
export const emulatedOperations: readonly Operation[] = [
  getRoot,
  listSubjects,
  lookUpSchema,
  deleteSubject,
  listVersions,
  registerSchema,
  getVersion,
  deleteVersion,
  getVersionSchema,
  getReferencedBy,
  listSchemas,
  listTypes,
  getSchemaById,
  getSchemaTextById,
  getSubjectsOfId,
  getVersionsOfId,
  ...configOperations,
  ...modeOperations,
  checkAgainstVersion,
  checkAgainstSubject,
  listContexts,
];

export { refusedOperations };

export const operations: readonly Operation[] = [...emulatedOperations, ...refusedOperations];
