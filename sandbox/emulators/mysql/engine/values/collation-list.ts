/** Id, name, character set, 1 when it is the set's default: of information_schema.COLLATIONS, those whose order is emulated. */
export const collationRows: readonly (readonly [id: number, name: string, charset: string, isDefault: 0 | 1])[] = [
  [5, 'latin1_german1_ci', 'latin1', 0],
  [8, 'latin1_swedish_ci', 'latin1', 1],
  [11, 'ascii_general_ci', 'ascii', 1],
  [31, 'latin1_german2_ci', 'latin1', 0],
  [33, 'utf8mb3_general_ci', 'utf8mb3', 1],
  [45, 'utf8mb4_general_ci', 'utf8mb4', 0],
  [46, 'utf8mb4_bin', 'utf8mb4', 0],
  [47, 'latin1_bin', 'latin1', 0],
  [48, 'latin1_general_ci', 'latin1', 0],
  [49, 'latin1_general_cs', 'latin1', 0],
  [63, 'binary', 'binary', 1],
  [65, 'ascii_bin', 'ascii', 0],
  [76, 'utf8mb3_tolower_ci', 'utf8mb3', 0],
  [83, 'utf8mb3_bin', 'utf8mb3', 0],
  [192, 'utf8mb3_unicode_ci', 'utf8mb3', 0],
  [214, 'utf8mb3_unicode_520_ci', 'utf8mb3', 0],
  [224, 'utf8mb4_unicode_ci', 'utf8mb4', 0],
  [246, 'utf8mb4_unicode_520_ci', 'utf8mb4', 0],
  [255, 'utf8mb4_0900_ai_ci', 'utf8mb4', 1],
  [278, 'utf8mb4_0900_as_cs', 'utf8mb4', 0],
  [305, 'utf8mb4_0900_as_ci', 'utf8mb4', 0],
  [309, 'utf8mb4_0900_bin', 'utf8mb4', 0],
];

/** Name, description, default collation, bytes of the longest character. */
export const charsets: readonly (readonly [name: string, description: string, collation: string, maxLength: number])[] =
  [
    ['ascii', 'US ASCII', 'ascii_general_ci', 1],
    ['binary', 'Binary pseudo charset', 'binary', 1],
    ['latin1', 'cp1252 West European', 'latin1_swedish_ci', 1],
    ['utf8mb3', 'UTF-8 Unicode', 'utf8mb3_general_ci', 3],
    ['utf8mb4', 'UTF-8 Unicode', 'utf8mb4_0900_ai_ci', 4],
  ];
